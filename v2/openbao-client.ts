import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

const TIMEOUT_MS = 10_000;

type Json = Record<string, unknown>;

/** Calls of OpenBao under one role. */
export class OpenBaoClient {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** @throws Error without the secret id */
  static async logIn({ state, openbao }: Settings, role: string): Promise<OpenBaoClient> {
    const secret = readFileSync(join(state, 'roles', role, 'secret-id'), 'utf8');
    const response = await fetch(`${openbao.url}/v1/auth/approle/login`, {
      method: 'POST',
      body: JSON.stringify({ role_id: `v2-${role}`, secret_id: secret }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok)
      throw new Error(`OpenBao answers ${response.status} to the login of the role v2-${role}.`);
    const { auth } = (await response.json()) as { auth: { client_token: string } };
    return new OpenBaoClient(openbao.url, auth.client_token);
  }

  static async canLogIn(settings: Settings, role: string): Promise<boolean> {
    try {
      const client = await OpenBaoClient.logIn(settings, role);
      await client.end();
      return true;
    } catch {
      return false;
    }
  }

  /** @returns undefined for 404. @throws Error for any other status of 400 or more */
  async get(path: string): Promise<Json | undefined> {
    const response = await this.#ask('GET', path);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`OpenBao answers ${response.status} to GET ${path}.`);
    return ((await response.json()) as { data: Json }).data;
  }

  /** A consistent copy of all data, encrypted as they are on the disk. */
  async snapshot(): Promise<Buffer> {
    const response = await this.#ask('GET', 'sys/storage/raft/snapshot');
    if (!response.ok) throw new Error(`OpenBao answers ${response.status} to the request for a snapshot.`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Replaces all data, also the roles. @throws Error where the snapshot is broken, or of another seal */
  async restore(snapshot: Buffer): Promise<void> {
    const response = await this.#ask('POST', 'sys/storage/raft/snapshot', snapshot);
    if (!response.ok)
      throw new Error(`OpenBao answers ${response.status} to the snapshot: is it whole, and of this key?`);
  }

  /** Its token is good for nothing any more. */
  async end(): Promise<void> {
    await this.#ask('POST', 'auth/token/revoke-self');
  }

  #ask(method: string, path: string, body: Buffer | null = null): Promise<Response> {
    const headers = { 'x-vault-token': this.#token };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return fetch(`${this.#url}/v1/${path}`, { method, headers, signal, body, redirect: 'manual' });
  }
}
