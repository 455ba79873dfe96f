import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from './first-secrets.ts';
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
  static async logIn({ state, openbao }: Settings, role: Role): Promise<OpenBaoClient> {
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

  static async canLogIn(settings: Settings, role: Role): Promise<boolean> {
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

  /** Its token is good for nothing any more. */
  async end(): Promise<void> {
    await this.#ask('POST', 'auth/token/revoke-self');
  }

  #ask(method: string, path: string): Promise<Response> {
    const headers = { 'x-vault-token': this.#token };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return fetch(`${this.#url}/v1/${path}`, { method, headers, signal, redirect: 'manual' });
  }
}
