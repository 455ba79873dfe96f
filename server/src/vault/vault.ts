import { isObject } from '../base/is-object.ts';
import { withoutTrailing } from '../base/trailing.ts';
import { LoginSession, type VaultLogin } from './login.ts';
import { encodedPath } from './secret-path.ts';
import { VaultClient, type VaultAnswer, type VaultClientOptions, type VaultRequest } from './client.ts';
import { VaultError } from './vault-error.ts';
import type { Wrapping } from './wrapping.ts';

export interface VaultOptions extends VaultClientOptions {
  login: VaultLogin;
}

export type VaultState = 'active' | 'standby' | 'sealed' | 'uninitialized' | 'unknown';

/** Everything that can be asked of one server, under one identity. */
export class Vault {
  readonly #client: VaultClient;
  readonly #session: LoginSession;

  constructor({ login, ...options }: VaultOptions) {
    this.#client = new VaultClient(options);
    this.#session = new LoginSession(this.#client, login);
  }

  get address(): string {
    return this.#client.address;
  }

  /** Revokes a token that was obtained by logging in, and closes the connections. Never rejects. */
  async stop(): Promise<void> {
    await this.#session.end();
    await this.#client.stop();
  }

  /** @throws VaultError */
  async request(request: Omit<VaultRequest, 'token'>): Promise<VaultAnswer> {
    const token = await this.#session.token();
    try {
      return await this.#client.request({ ...request, token });
    } catch (error) {
      // A 403 may mean that the token has expired before its time: then nothing was done.
      if (!(error instanceof VaultError) || error.fault !== 'denied' || !(await this.#session.hasLost(token)))
        throw error;
      return this.#client.request({ ...request, token: await this.#session.token() });
    }
  }

  /** Needs no login. */
  async health(): Promise<{ state: VaultState; version: string }> {
    const { body } = await this.#client.request({
      method: 'GET',
      path: 'sys/health',
      what: 'ask for its health',
      expected: HEALTH_STATUSES,
      isGlobal: true,
    });
    const { initialized, sealed, standby, version } = body;
    const state =
      initialized === false
        ? 'uninitialized'
        : sealed === true
          ? 'sealed'
          : standby === true
            ? 'standby'
            : 'active';
    return {
      state: initialized === undefined ? 'unknown' : state,
      version: typeof version === 'string' ? version : '',
    };
  }

  /** What the token may do with each path, such as `{ 'kv/data/app': ['create', 'update'] }`. */
  async capabilities(paths: readonly string[]): Promise<Record<string, string[]>> {
    const { body } = await this.request({
      method: 'POST',
      path: 'sys/capabilities-self',
      what: 'ask for the capabilities of the token',
      body: { paths },
    });
    const data = isObject(body['data']) ? body['data'] : body;
    const listed = (path: string): string[] => (Array.isArray(data[path]) ? (data[path] as string[]) : []);
    return Object.fromEntries(paths.map((path) => [path, listed(path)]));
  }

  /** @throws VaultError `wrong_engine` where the mount is missing or is not KV version 2, `denied` without any right on it */
  async requireKv2(mount: string): Promise<void> {
    const answer = await this.request({
      method: 'GET',
      path: `sys/internal/ui/mounts/${encodedPath(mount, 'mount')}`,
      what: `look at the mount ${mount}`,
      expected: [400, 403, 404],
    });
    if (answer.status !== 200)
      throw new VaultError(
        'wrong_engine',
        `The mount ${mount} is missing, or the token has no rights on it. Enable it with "bao secrets enable -path=${mount} -version=2 kv", or extend the policy.`,
        { status: answer.status },
      );
    const data = isObject(answer.body['data']) ? answer.body['data'] : {};
    const { type, options, path } = data;
    // The answer is about the mount that the path lies in: a part too many would become part of every path.
    const found = typeof path === 'string' ? withoutTrailing(path, '/') : mount;
    if (found !== withoutTrailing(mount, '/'))
      throw new VaultError(
        'wrong_engine',
        `The mount ${mount} is not a mount: it lies in ${found}. Name that one, without data/.`,
      );
    const version = isObject(options) ? options['version'] : undefined;
    if (type !== 'kv' || version !== '2')
      throw new VaultError(
        'wrong_engine',
        `The mount ${mount} is ${type === 'kv' ? 'KV version 1' : `of the type ${String(type)}`}. Keyward needs KV version 2: upgrade it, or name another mount.`,
      );
  }

  /**
   * Wraps a value for one receiver, who unwraps it once. The token is a bearer secret.
   * @param ttlSeconds how long it can be unwrapped.
   */
  async wrap(value: Record<string, unknown>, ttlSeconds: number): Promise<Wrapping> {
    const { body } = await this.request({
      method: 'POST',
      path: 'sys/wrapping/wrap',
      what: 'wrap a value',
      body: value,
      wrapSeconds: ttlSeconds,
    });
    const info = isObject(body['wrap_info']) ? body['wrap_info'] : {};
    const { token, ttl, creation_path: creationPath } = info;
    if (typeof token === 'string' && typeof creationPath === 'string')
      return { token, creationPath, ttlSeconds: Number(ttl) };
    throw new VaultError('failed', 'The answer of Vault has no wrapping token.');
  }
}

const HEALTH_STATUSES = [429, 472, 473, 474, 501, 503, 530];
