import { readFile } from 'node:fs/promises';
import { isObject } from '../base/is-object.ts';
import { encodedPath } from './secret-path.ts';
import type { VaultAnswer, VaultClient } from './client.ts';
import { VaultError } from './vault-error.ts';
import { unwrap } from './wrapping.ts';

/** How Keyward shows who it is. `mount` is that of the auth method. */
export type VaultLogin =
  | { method: 'token'; token: string }
  | { method: 'approle'; roleId: string; secretId: string; mount?: string }
  /** The secret id comes wrapped by `auth/approle/role/<roleName>/secret-id`, and is unwrapped once. */
  | { method: 'approle'; roleId: string; roleName: string; wrappedSecretId: string; mount?: string }
  | { method: 'kubernetes'; role: string; jwtFile?: string; mount?: string }
  | { method: 'userpass'; username: string; password: string; mount?: string };

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** A token is renewed once this part of its time is left. */
const RENEW_AT = 1 / 3;

interface Token {
  text: string;
  /** ms on the monotonic clock; Infinity: it does not end. */
  renewAtMs: number;
  isRenewable: boolean;
  isOwn: boolean;
}

/** Keeps one token: logs in on first use, renews before its end, logs in again where that fails. */
export class LoginSession {
  readonly #client: VaultClient;
  readonly #login: VaultLogin;
  #current: Promise<Token> | undefined;
  #secretId: string | undefined;

  constructor(client: VaultClient, login: VaultLogin) {
    this.#client = client;
    this.#login = login;
  }

  /** @throws VaultError `login_refused` */
  async token(): Promise<string> {
    const known = (this.#current ??= this.#open());
    const token = await this.#settled(known);
    if (performance.now() < token.renewAtMs) return token.text;
    // The first of several renews for all.
    if (this.#current === known) this.#current = this.#renewed(token);
    return (await this.#settled(this.#current ?? this.#open())).text;
  }

  /** Whether this token is not good any more and another can be had by logging in again. */
  async hasLost(text: string): Promise<boolean> {
    if (this.#login.method === 'token') return false;
    const { status } = await this.#client.request({
      method: 'GET',
      path: 'auth/token/lookup-self',
      what: 'look at the token',
      token: text,
      expected: [403],
    });
    if (status !== 403) return false;
    this.#current = undefined;
    return true;
  }

  /** Revokes a token that was obtained by logging in. Never rejects. */
  async end(): Promise<void> {
    const token = await this.#current?.catch(() => undefined);
    this.#current = undefined;
    if (token?.isOwn !== true) return;
    const path = 'auth/token/revoke-self';
    const request = { method: 'POST', path, what: 'revoke the token', token: token.text } as const;
    await this.#client.request(request).catch(() => undefined);
  }

  /** A failed login must not be answered from memory the next time. */
  async #settled(pending: Promise<Token>): Promise<Token> {
    try {
      return await pending;
    } catch (error) {
      if (this.#current === pending) this.#current = undefined;
      throw error;
    }
  }

  async #renewed(token: Token): Promise<Token> {
    if (token.isRenewable) {
      const path = 'auth/token/renew-self';
      const request = { method: 'POST', path, what: 'renew the token', token: token.text } as const;
      const answer = await this.#client.request({ ...request, body: {} }).catch(() => undefined);
      if (answer !== undefined) return tokenOf(answer, token.isOwn);
    }
    return this.#login.method === 'token' ? { ...token, renewAtMs: Infinity } : this.#open();
  }

  async #open(): Promise<Token> {
    const login = this.#login;
    if (login.method === 'token') return this.#lookedUp(login.token);
    const mount = encodedPath(login.mount ?? login.method, 'mount');
    const user = login.method === 'userpass' ? `/${encodeURIComponent(login.username)}` : '';
    const answer = await this.#client.request({
      method: 'POST',
      path: `auth/${mount}/login${user}`,
      what: `log in by ${login.method}`,
      body: await this.#credentials(login),
      expected: [400, 401, 403, 404],
    });
    if (answer.status >= 400)
      throw new VaultError(
        'login_refused',
        `Vault refuses the login by ${login.method} at auth/${mount} (${answer.status}). Check ${WHAT_TO_CHECK[login.method]}, and that the method is enabled there.`,
        { status: answer.status },
      );
    return tokenOf(answer, true);
  }

  async #credentials(login: Exclude<VaultLogin, { method: 'token' }>): Promise<object> {
    if (login.method === 'userpass') return { password: login.password };
    if (login.method === 'approle')
      return { role_id: login.roleId, secret_id: await this.#secretIdOf(login) };
    const file = login.jwtFile ?? SERVICE_ACCOUNT_TOKEN;
    const jwt = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new VaultError('login_refused', `The service account token ${file} cannot be read.`, { cause });
    });
    return { role: login.role, jwt: jwt.trim() };
  }

  async #secretIdOf(login: Extract<VaultLogin, { method: 'approle' }>): Promise<string> {
    if ('secretId' in login) return login.secretId;
    if (this.#secretId !== undefined) return this.#secretId;
    const creationPath = `auth/${login.mount ?? 'approle'}/role/${login.roleName}/secret-id`;
    const { data } = await unwrap(this.#client, { token: login.wrappedSecretId, creationPath });
    const secretId = isObject(data) ? data['secret_id'] : undefined;
    if (typeof secretId !== 'string')
      throw new VaultError('login_refused', 'The wrapped value has no secret_id.');
    return (this.#secretId = secretId);
  }

  /** A token that was given says how long it is good. One that may not look at itself is used as it is. */
  async #lookedUp(text: string): Promise<Token> {
    const path = 'auth/token/lookup-self';
    const request = { method: 'GET', path, what: 'look at the token', token: text } as const;
    const { status, body } = await this.#client.request({ ...request, expected: [403] });
    if (status === 403)
      throw new VaultError(
        'login_refused',
        'Vault does not accept the token: it has expired, was revoked, or is mistyped.',
        {
          status,
        },
      );
    const data = isObject(body['data']) ? body['data'] : {};
    return timed(text, {
      seconds: Number(data['ttl'] ?? 0),
      isRenewable: data['renewable'] === true,
      isOwn: false,
    });
  }
}

const WHAT_TO_CHECK = {
  approle: 'the role id and the secret id',
  kubernetes: 'the role and its service accounts',
  userpass: 'the user name and the password',
};

function tokenOf({ body }: VaultAnswer, isOwn: boolean): Token {
  const auth = isObject(body['auth']) ? body['auth'] : {};
  const { client_token, lease_duration, renewable } = auth;
  if (typeof client_token !== 'string')
    throw new VaultError('login_refused', 'The answer of Vault has no token.');
  return timed(client_token, {
    seconds: Number(lease_duration ?? 0),
    isRenewable: renewable === true,
    isOwn,
  });
}

function timed(text: string, of: { seconds: number; isRenewable: boolean; isOwn: boolean }): Token {
  const { seconds, isRenewable, isOwn } = of;
  const renewAtMs = seconds > 0 ? performance.now() + seconds * 1000 * (1 - RENEW_AT) : Infinity;
  return { text, renewAtMs, isRenewable, isOwn };
}
