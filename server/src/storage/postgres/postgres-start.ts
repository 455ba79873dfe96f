import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { StartupError } from '../../base/errors.ts';
import { isUnreachable } from '../failure.ts';

/** For a PostgreSQL that cannot be reached yet, as where both start together. */
export interface Waiting {
  maxMs: number;
  /** Ends the wait, with its reason. */
  signal: AbortSignal;
  /** Called once when the wait begins, and once when it was successful. */
  say(line: string): void;
}

const RETRY_MS = 500;

/**
 * Resolves once the pool has connected. A wrong password, user or database is refused at once.
 * @throws StartupError without the password of the URL.
 */
export async function connectFirst(pool: pg.Pool, url: string, waiting?: Waiting): Promise<void> {
  const place = withoutPassword(url);
  const beganMs = performance.now();
  const passedMs = (): number => performance.now() - beganMs;
  for (let attempt = 1; ; attempt++) {
    try {
      (await pool.connect()).release();
      if (attempt > 1) waiting?.say(`PostgreSQL at ${place} answers, after ${seconds(passedMs())} s.`);
      return;
    } catch (cause) {
      const why = reasonOf(cause);
      const mayWait = waiting !== undefined && isUnreachable(cause);
      if (!mayWait || passedMs() >= waiting.maxMs) throw unreachable(place, why, { cause, attempt, waiting });
      if (attempt === 1)
        waiting.say(
          `PostgreSQL at ${place} cannot be reached yet (${why}): waiting for it, for ${seconds(waiting.maxMs)} s at most (KEYWARD_DATABASE_WAIT_SECONDS).`,
        );
      await sleep(Math.min(RETRY_MS, Math.max(1, waiting.maxMs - passedMs())), undefined, {
        signal: waiting.signal,
      });
    }
  }
}

const seconds = (ms: number): number => Math.round(ms / 1_000);

/** Where several addresses were tried, the error has no message. */
function reasonOf(cause: unknown): string {
  const { message, code } = cause as NodeJS.ErrnoException;
  return message === '' ? (code ?? 'unknown reason') : message;
}

function unreachable(
  place: string,
  why: string,
  { cause, attempt, waiting }: { cause: unknown; attempt: number; waiting: Waiting | undefined },
): StartupError {
  const waited = attempt > 1 && waiting !== undefined ? ` within ${seconds(waiting.maxMs)} s` : '';
  return new StartupError(
    `PostgreSQL at ${place} cannot be reached${waited} (${why}): check KEYWARD_DATABASE_URL and that the server runs.`,
    { cause },
  );
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.hostname || 'localhost'}:${parsed.port || '5432'}${parsed.pathname}`;
  } catch {
    return 'the address in KEYWARD_DATABASE_URL';
  }
}
