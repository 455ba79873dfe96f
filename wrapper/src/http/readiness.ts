import { createClient, KeywardApiError, KeywardConnectionError, unwrap } from '@keyward/sdk';
import { isKeyRefused } from '../graphql/errors.ts';
import type { OwnKey } from '../key/own-key.ts';

interface Part {
  ok: boolean;
  problem?: string;
}

export interface Readiness {
  ok: boolean;
  parts: {
    /** With the version of the secret that holds the key: the bootstrap sees in it that a rotation has arrived. */
    key?: Part & { version?: number };
    upstream: Part;
  };
}

const TIMEOUT_MS = 5_000;
/** Anybody may ask; the Developer API is asked once in this time. */
const FRESH_MS = 1_000;

interface Probe {
  hasAnswered: boolean;
  isKeyGood: boolean;
}

/** Whether this server can answer: proved with the own key, if it has one. Where the key lies is for the log alone. */
export class ReadinessCheck {
  readonly #url: string;
  readonly #ownKey: OwnKey | undefined;
  #last: { atMs: number; key: string | undefined; probe: Promise<Probe> } | undefined;

  constructor(url: string, ownKey: OwnKey | undefined) {
    this.#url = url;
    this.#ownKey = ownKey;
  }

  async now(): Promise<Readiness> {
    const ownKey = this.#ownKey;
    const key = ownKey?.current();
    const version = ownKey?.version;
    const { hasAnswered, isKeyGood } = await this.#probe(key);
    const upstream: Part = hasAnswered
      ? { ok: true }
      : { ok: false, problem: 'The Developer API does not answer.' };
    if (ownKey === undefined) return { ok: upstream.ok, parts: { upstream } };
    const isRefused = key !== undefined && hasAnswered && !isKeyGood;
    const problems = [
      ...(isRefused ? ['The Developer API refuses the key.'] : []),
      // The last key stays, and may still be good.
      ...(ownKey.problem === undefined ? [] : ['Its place cannot be read; the log says why.']),
    ];
    const part = {
      ok: key !== undefined && !isRefused,
      ...(version === undefined ? {} : { version }),
      ...(problems.length === 0 ? {} : { problem: problems.join(' ') }),
    };
    return { ok: part.ok && upstream.ok, parts: { key: part, upstream } };
  }

  #probe(key: string | undefined): Promise<Probe> {
    const atMs = performance.now();
    const last = this.#last;
    if (last !== undefined && last.key === key && atMs - last.atMs <= FRESH_MS) return last.probe;
    const probe = this.#ask(key);
    this.#last = { atMs, key, probe };
    return probe;
  }

  async #ask(apiKey: string | undefined): Promise<Probe> {
    try {
      await unwrap(
        createClient({ url: this.#url, apiKey, retries: 0, timeoutMs: TIMEOUT_MS }).GET('/v1/auth'),
      );
      return { hasAnswered: true, isKeyGood: true };
    } catch (error) {
      if (error instanceof KeywardConnectionError) return { hasAnswered: false, isKeyGood: false };
      if (!(error instanceof KeywardApiError)) throw error;
      return { hasAnswered: error.status < 500, isKeyGood: !isKeyRefused(error) };
    }
  }
}
