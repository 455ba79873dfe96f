import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, Dispatcher } from 'undici';
import { collected } from '../base/collected.ts';
import { isObject } from '../base/is-object.ts';
import { openOutbound } from '../base/outbound/connections.ts';
import { isNotSent, isUntrusted } from '../base/outbound/failures.ts';
import { withoutTrailing } from '../base/trailing.ts';
import { errorOf, isLeaderless, VaultError, type ErrorAnswer } from './vault-error.ts';

export interface VaultClientOptions {
  /** Such as `https://vault.example:8200`. */
  address: string;
  /** Sent as `X-Vault-Namespace`. @default none */
  namespace?: string;
  /** PEM of certificate authorities. @default those of the system */
  ca?: string;
  /** Origins of other servers of the cluster: a standby may redirect there, and nowhere else. */
  peers?: readonly string[];
  /** For one attempt, ms. @default 10,000 */
  timeoutMs?: number;
}

export interface VaultRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/v1/`, encoded. */
  path: string;
  /** What it does, for errors, such as `read kv/data/app`. */
  what: string;
  body?: unknown;
  token?: string;
  /** Seconds for which the answer is wrapped. */
  wrapSeconds?: number;
  /** Statuses that are answers, not errors. */
  expected?: readonly number[];
  /** Calls outside of any namespace, such as `sys/health`. */
  isGlobal?: boolean;
}

export interface VaultAnswer {
  status: number;
  /** {} without a body. */
  body: Record<string, unknown>;
}

const TIMEOUT_MS = 10_000;
const ATTEMPTS_MAX = 5;
const FIRST_WAIT_MS = 100;
const REDIRECTS_MAX = 2;
/** Vault's own limit of a request; no answer is larger. */
const BODY_MAX_BYTES = 32 * 1024 * 1024;

/** The server has done nothing: 412 (a read behind a write) and 429. */
const NOTHING_DONE = new Set([412, 429]);
const PASSING = new Set([500, 502, 503, 504]);
const UPGRADING = 'upgrading from non-versioned';

/** HTTP to Vault or OpenBao: retries where that is safe, redirects to known peers only, one error type. */
export class VaultClient {
  readonly #origin: string;
  readonly #options: VaultClientOptions;
  readonly #connections: Agent;

  /** @throws VaultError `refused` for an address that is no http(s) URL without a path */
  constructor(options: VaultClientOptions) {
    this.#origin = originOf(options.address);
    this.#options = options;
    this.#connections = openOutbound({
      policy: { kind: 'upstream' },
      pipelining: 1,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
  }

  get address(): string {
    return this.#origin;
  }

  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  /**
   * Reads are tried again after every passing fault. Writes only where nothing was done: before they were sent, or after
   * 412, 429, the 400 of an engine that is being upgraded, and while no server of the cluster is active.
   * @throws VaultError
   */
  async request(request: VaultRequest): Promise<VaultAnswer> {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === ATTEMPTS_MAX;
      try {
        const answer = await this.#follow(request);
        const isExpected = answer.status < 400 || request.expected?.includes(answer.status) === true;
        if (isExpected) return answer;
        const error = toErrorAnswer(answer);
        if (isLast || !mayRepeat(request, error)) throw errorOf(request.what, error);
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
        const isSafe =
          error.fault === 'unreachable' || (error.fault === 'outcome_unknown' && request.method === 'GET');
        if (error.status !== undefined || isLast || !isSafe) throw error;
      }
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }

  /** A standby redirects to the active server. The token goes to known peers only. */
  async #follow(request: VaultRequest): Promise<VaultAnswer> {
    let origin = this.#origin;
    for (let hop = 0; ; hop++) {
      const response = await this.#send(origin, request);
      const location = response.headers['location'];
      if (response.statusCode < 300 || response.statusCode >= 400) return this.#read(response, request);
      await response.body.dump().catch(() => undefined);
      const next = URL.parse(String(location ?? ''), origin)?.origin ?? 'an unknown address';
      const known = [this.#origin, ...(this.#options.peers ?? []).map(originOf)];
      if (hop === REDIRECTS_MAX || !known.includes(next))
        throw new VaultError(
          'standby',
          `${origin} redirects to ${next}, which is not a known server of the cluster. Name it among the peers, or give its address.`,
          { status: response.statusCode },
        );
      origin = next;
    }
  }

  async #send(origin: string, request: VaultRequest): Promise<Dispatcher.ResponseData> {
    const { method, path, body, token, wrapSeconds, isGlobal } = request;
    const { namespace, timeoutMs = TIMEOUT_MS } = this.#options;
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    try {
      return await this.#connections.request({
        origin,
        path: `/v1/${path}`,
        method,
        headers: {
          // Behind an agent with require_request_header.
          'x-vault-request': 'true',
          ...(token === undefined ? {} : { 'x-vault-token': token }),
          ...(namespace === undefined || isGlobal === true ? {} : { 'x-vault-namespace': namespace }),
          ...(wrapSeconds === undefined ? {} : { 'x-vault-wrap-ttl': `${wrapSeconds}s` }),
          ...(body === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
    } catch (cause) {
      throw connectionError(request.what, origin, cause);
    }
  }

  async #read({ statusCode, body }: Dispatcher.ResponseData, { what }: VaultRequest): Promise<VaultAnswer> {
    const tooLong = () =>
      new VaultError('failed', `The answer to ${what} is too long.`, { status: statusCode });
    const bytes = await collected(body, BODY_MAX_BYTES, tooLong).catch((cause: unknown) => {
      throw cause instanceof VaultError ? cause : connectionError(what, this.#origin, cause);
    });
    try {
      const value: unknown = bytes.length === 0 ? {} : JSON.parse(bytes.toString());
      return { status: statusCode, body: isObject(value) ? value : {} };
    } catch (cause) {
      if (statusCode >= 400) return { status: statusCode, body: {} };
      throw new VaultError(
        'failed',
        `The answer to ${what} is not JSON: is ${this.#origin} a Vault server?`,
        {
          status: statusCode,
          cause,
        },
      );
    }
  }
}

function originOf(address: string): string {
  const url = URL.parse(withoutTrailing(address, '/'));
  const isGood =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    url.search === '' &&
    url.username === '';
  if (!isGood)
    throw new VaultError(
      'refused',
      'The address of Vault must be a URL without a path, such as https://vault.example:8200.',
    );
  return url.origin;
}

function toErrorAnswer({ status, body }: VaultAnswer): ErrorAnswer {
  return { status, errors: textsOf(body['errors']), warnings: textsOf(body['warnings']) };
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];

function mayRepeat({ method }: VaultRequest, { status, errors }: ErrorAnswer): boolean {
  if (NOTHING_DONE.has(status) || isLeaderless(errors.join(' '))) return true;
  if (status === 400) return errors.join(' ').toLowerCase().includes(UPGRADING);
  const isSealed = status === 503 && errors.join(' ').toLowerCase().includes('sealed');
  return method === 'GET' && PASSING.has(status) && !isSealed;
}

function connectionError(what: string, origin: string, cause: unknown): VaultError {
  const { code = '', name } = cause as { code?: string; name?: string };
  if (isUntrusted(code))
    return new VaultError(
      'unreachable',
      `The certificate of ${origin} is not trusted (${code}). Give the file of its certificate authority as ca_file.`,
      { cause },
    );
  if (isNotSent(code))
    return new VaultError(
      'unreachable',
      `${origin} cannot be reached (${code}). Check the address, and that the server runs.`,
      { cause },
    );
  const reason = code === '' ? (name ?? 'no answer') : code;
  return new VaultError('outcome_unknown', `${origin} did not answer to ${what} (${reason}).`, { cause });
}
