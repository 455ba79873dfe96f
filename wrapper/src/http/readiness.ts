import { createClient, KeywardApiError, KeywardConnectionError, unwrap } from '@keyward/sdk';
import { isKeyRefused } from '../graphql/errors.ts';
import type { OwnKey } from '../key/own-key.ts';

interface Part {
  ok: boolean;
  problem?: string;
}

export interface Readiness {
  ok: boolean;
  parts: { key?: Part; upstream: Part };
}

const TIMEOUT_MS = 5_000;
/** Anybody may ask; the Developer API is asked once in this time. */
const FRESH_MS = 1_000;

/** Whether this server can answer: proved with the own key, if it has one. */
export class ReadinessCheck {
  readonly #url: string;
  readonly #ownKey: OwnKey | undefined;
  #last: { atMs: number; readiness: Promise<Readiness> } | undefined;

  constructor(url: string, ownKey: OwnKey | undefined) {
    this.#url = url;
    this.#ownKey = ownKey;
  }

  now(): Promise<Readiness> {
    const atMs = performance.now();
    if (this.#last === undefined || atMs - this.#last.atMs > FRESH_MS)
      this.#last = { atMs, readiness: this.#ask() };
    return this.#last.readiness;
  }

  async #ask(): Promise<Readiness> {
    const key = this.#ownKey?.current();
    const place = this.#ownKey?.problem;
    const { answered, isGood } = await this.#auth(key);
    const upstream: Part = answered
      ? { ok: true }
      : { ok: false, problem: 'The Developer API does not answer.' };
    if (this.#ownKey === undefined) return { ok: upstream.ok, parts: { upstream } };
    const refused =
      answered && key !== undefined && !isGood ? 'The Developer API refuses the key.' : undefined;
    // A place that is away leaves the last key, which is still good.
    const problem = [refused, place].filter((text) => text !== undefined).join(' ');
    const part = { ok: key !== undefined && refused === undefined, ...(problem === '' ? {} : { problem }) };
    return { ok: part.ok && upstream.ok, parts: { key: part, upstream } };
  }

  async #auth(apiKey: string | undefined): Promise<{ answered: boolean; isGood: boolean }> {
    try {
      await unwrap(
        createClient({ url: this.#url, apiKey, retries: 0, timeoutMs: TIMEOUT_MS }).GET('/v1/auth'),
      );
      return { answered: true, isGood: true };
    } catch (error) {
      if (error instanceof KeywardConnectionError) return { answered: false, isGood: false };
      if (!(error instanceof KeywardApiError)) throw error;
      return { answered: error.status < 500, isGood: !isKeyRefused(error) };
    }
  }
}
