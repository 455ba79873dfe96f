import type { IncomingMessage } from 'node:http';
import { inRanges } from '../../access/index.ts';
import type { Logger } from '../../base/logger.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { socketAddress } from './caller-address.ts';

const PREFIX = 'x-forwarded-prefix';
const PREFIX_MAX_CHARACTERS = 200;
/** Of one process: a stranger could fill the log. */
const PEERS_MAX = 8;

/** It is written into pages and links: only characters that mean the same in all of them. */
const IS_PREFIX = /^(?:\/[\w~-][\w.~-]*)+$/;

/**
 * The path below which a trusted proxy serves Keyward, such as `/keyward`; the proxy removes it from the paths that it
 * forwards. '' without such a proxy, and for anything but a plain path.
 */
export function forwardedPrefix({ socket, headers }: IncomingMessage, proxies: readonly string[]): string {
  const prefix = withoutTrailing([headers[PREFIX] ?? ''].flat().join(','), '/');
  if (prefix === '' || prefix.length > PREFIX_MAX_CHARACTERS || !IS_PREFIX.test(prefix)) return '';
  return inRanges(proxies, socketAddress(socket.remoteAddress)) ? prefix : '';
}

/** Says in the log, once for each of a few peers, that a header of a proxy is ignored, and which setting would use it. */
export class IgnoredProxies {
  readonly #proxies: readonly string[];
  readonly #logger: Logger;
  readonly #known = new Set<string>();

  constructor({ trustedProxies }: { trustedProxies: readonly string[] }, logger: Logger) {
    this.#proxies = trustedProxies;
    this.#logger = logger;
  }

  /** Runs for each request. */
  note({ socket, headers }: IncomingMessage): void {
    const header =
      headers['x-forwarded-for'] !== undefined
        ? 'X-Forwarded-For'
        : headers[PREFIX] !== undefined
          ? 'X-Forwarded-Prefix'
          : undefined;
    if (header === undefined || this.#known.size >= PEERS_MAX) return;
    const peer = socketAddress(socket.remoteAddress);
    if (peer === '' || this.#known.has(peer) || inRanges(this.#proxies, peer)) return;
    this.#known.add(peer);
    const value = [...this.#proxies, peer].join(',');
    this.#logger.warn(
      { peer },
      `${header} from ${peer} is ignored, because this address is no trusted proxy. If your reverse proxy is there, set ` +
        `KEYWARD_TRUSTED_PROXIES=${value}. Until then all callers behind it count as one.`,
    );
  }
}
