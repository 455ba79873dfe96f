import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { inRanges } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { socketAddress } from '../request/caller-address.ts';
import { forwardedPrefix } from '../request/proxy-headers.ts';
import type { Route } from '../route.ts';
import type { KernelServices } from '../services.ts';

/** Pages of other origins cannot send it: they would need leave (CORS), which no credentials get. */
const OWN_HEADER = 'x-keyward-session';
/** 1, or the id of the session that the page is for. */
const OWN_VALUE = /^(1|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Behind it stands the fingerprint of the master key: two instances on one host do not overwrite each other's cookie. */
const NAME = 'keyward_';

/** Browsers take it only over TLS and from this host itself: a neighbouring host cannot put another session in its place. */
const HOST_ONLY = '__Host-';

type Services = Pick<KernelServices, 'config' | 'keys' | 'clock'>;

/** The session that a browser sends with a request, in a cookie that pages cannot read. Guarded by session-cookie.test.ts. */
export class SessionCookie {
  readonly #services: Services;
  readonly #request: IncomingMessage;
  readonly #isReading: boolean;

  /** @param route undefined: no route matches. */
  constructor(services: Services, request: IncomingMessage, route: Pick<Route, 'hasEffect'> | undefined) {
    this.#services = services;
    this.#request = request;
    const { method = 'GET' } = request;
    this.#isReading = (method === 'GET' || method === 'HEAD') && route?.hasEffect !== true;
  }

  /** The token of the session; undefined: the request has none. */
  get token(): string | undefined {
    const { cookie } = this.#request.headers;
    if (cookie === undefined) return undefined;
    const { sealing } = this.#services.keys;
    const start = this.#nameStart;
    const found = new Map<string, string>();
    for (const pair of cookie.split(';')) {
      const at = pair.indexOf('=');
      const name = pair.slice(0, at).trim();
      const instance = name.slice(start.length);
      // The first of two equal names has the longer path.
      if (name.startsWith(start) && sealing.knows(instance) && !found.has(instance))
        found.set(instance, pair.slice(at + 1).trim());
    }
    // Others are from before a change of the master key.
    return found.get(sealing.fingerprint) ?? found.values().next().value;
  }

  /** The Set-Cookie header that keeps a session. @param expiresAt ms since 1970. */
  set(token: string, expiresAt: number): string {
    const leftMs = expiresAt - this.#services.clock.nowMs();
    return this.#text(token, Math.floor(leftMs / 1_000));
  }

  /** The Set-Cookie header that removes it. */
  clear(): string {
    return this.#text('', 0);
  }

  /**
   * Refuses a request that a page of another site may have had a browser send (CSRF): the browser adds the cookie to it.
   * @throws KeywardError `csrf_refused`
   */
  refuseForeignPage(): void {
    const { headers } = this.#request;
    const isReading = this.#isReading;
    const site = headers['sec-fetch-site'];
    const isOwnSite = site === undefined || site === 'same-origin' || (isReading && site === 'none');
    if (!isOwnSite) throw refused('Sec-Fetch-Site', 'same-origin');
    if (!isReading && !OWN_VALUE.test(String(headers[OWN_HEADER]))) throw refused('X-Keyward-Session', '1');
    const { origin } = headers;
    if (origin !== undefined && !this.#isOwn(origin)) throw refused('Origin', "this server's own origin");
  }

  /**
   * Refuses a page that names another session than its browser has: somebody else has signed in in another tab.
   * @throws KeywardError `invalid_session`
   */
  refuseOtherThan({ id }: { id: string }): void {
    const named = this.#request.headers[OWN_HEADER];
    if (named === undefined || named === '1' || named === id) return;
    throw new KeywardError('invalid_session', 'Another session has begun in this browser.', {
      hint: 'Load the page again.',
    });
  }

  #isOwn(origin: string): boolean {
    if (!URL.canParse(origin)) return false;
    const { protocol, host } = new URL(origin);
    if (this.#isTls && protocol !== 'https:') return false;
    const { host: named } = this.#request.headers;
    return [named, this.#fromProxy('x-forwarded-host')].some(
      (own) => own !== undefined && hostOf(protocol, own) === host,
    );
  }

  get #isTls(): boolean {
    const socket = this.#request.socket as Partial<TLSSocket>;
    return socket.encrypted === true || this.#fromProxy('x-forwarded-proto') === 'https';
  }

  /** A header that only a trusted proxy may set; the last entry is the proxy's own. */
  #fromProxy(name: string): string | undefined {
    const value = [this.#request.headers[name] ?? []].flat().join(',').split(',').at(-1)?.trim();
    if (value === undefined || value === '') return undefined;
    const peer = socketAddress(this.#request.socket.remoteAddress);
    return inRanges(this.#services.config.trustedProxies, peer) ? value : undefined;
  }

  get #prefix(): string {
    return forwardedPrefix(this.#request, this.#services.config.trustedProxies);
  }

  get #nameStart(): string {
    return this.#isTls && this.#prefix === '' ? HOST_ONLY + NAME : NAME;
  }

  #text(token: string, seconds: number): string {
    const { fingerprint } = this.#services.keys.sealing;
    const name = this.#nameStart + fingerprint;
    const path = this.#prefix === '' ? '/' : this.#prefix;
    const secure = this.#isTls ? '; Secure' : '';
    return `${name}=${token}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
  }
}

/** In the form of an origin: without the port that the protocol has anyway. */
function hostOf(protocol: string, named: string): string | undefined {
  const url = `${protocol}//${named}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

const refused = (header: string, allowed: string): KeywardError =>
  new KeywardError('csrf_refused', `${header} must be ${allowed} in a request with a session cookie.`, {
    hint: 'Send the request from a page of this server with X-Keyward-Session: 1, or send a key in Authorization.',
  });
