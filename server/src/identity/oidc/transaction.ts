import { isObject } from '../../base/is-object.ts';
import type { Sealing } from '../../sealing/index.ts';

/** A sign-in that has begun. Its browser keeps it, sealed, in a cookie. */
export interface Transaction {
  state: string;
  nonce: string;
  /** Of PKCE. */
  verifier: string;
  /** The path that the browser goes to after it. */
  returnTo: string;
  /** ms since 1970. */
  expiresAt: number;
}

/** Where providers lead browsers back to. */
export const CALLBACK_PATH = '/v1/session/oidc/callback';

export const TRANSACTION_MS = 10 * 60_000;

const CONTEXT = 'oidc transaction';
const TEXT_MAX_CHARACTERS = 8_192;

export const sealTransaction = (sealing: Sealing, transaction: Transaction): string =>
  sealing.seal(JSON.stringify(transaction), CONTEXT);

/** @returns undefined for one that has expired, was changed, or is not of this server. */
export function openTransaction(sealing: Sealing, text: string, nowMs: number): Transaction | undefined {
  if (text.length > TEXT_MAX_CHARACTERS) return undefined;
  try {
    const transaction = JSON.parse(sealing.open(text, CONTEXT)) as Transaction;
    return isObject(transaction) && transaction.expiresAt > nowMs ? transaction : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A path of this site below the prefix of a proxy, as browsers will read it.
 * @returns undefined for all else: a link to the sign-in could otherwise lead to another site. Guarded by
 * transaction.test.ts.
 */
export function returnPath(text: string, prefix: string): string | undefined {
  if (!text.startsWith('/') || text.length > RETURN_MAX_CHARACTERS) return undefined;
  // Browsers read \ as /, and skip control characters.
  // oxlint-disable-next-line no-control-regex
  if (/[\\\u0000-\u0020\u007f]/.test(text)) return undefined;
  const url = URL.parse(text, ORIGIN);
  if (url?.origin !== ORIGIN || url.pathname.startsWith('//')) return undefined;
  if (!`${url.pathname}/`.startsWith(`${prefix}/`)) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}

const RETURN_MAX_CHARACTERS = 2_000;
/** No address is in it. */
const ORIGIN = 'http://site.invalid';
