import { sql } from 'kysely';
import { networkOf } from '../../access/index.ts';
import type { KeysContext } from '../../keys/index.ts';
import { booksOf, type Db } from '../../storage/index.ts';
import type { Place } from './hash-queue.ts';
import { tables, type AttemptsRow } from '../store/rows.ts';

/** The window of a count begins with the first attempt. */
const WINDOW_MS = 15 * 60_000;
/** Per network and name; and per network, which many people may share. */
const ATTEMPTS_MAX = { pair: 10, address: 50 } as const;
/**
 * After so many attempts at one name from all networks, unknown networks wait for other logins. No network is refused
 * for the attempts of another one: an attacker could lock its victim out. Guarded by lockout.test.ts.
 */
const UNHURRIED_MAX = 100;
/** A network stays known for this long after a login with the name. */
const KNOWN_MS = 90 * 86_400_000;

const SWEEP_MS = 60_000;
const SWEPT_MAX = 2_000;

export interface Attempt {
  /** '' for the administrator without users; undefined: a sign-in with a provider, which only the network counts for. */
  username: string | undefined;
  ip: string;
}

/** Counts login attempts in the database, for all processes together. */
export class Throttle {
  readonly #keys: KeysContext;
  #sweptMs = -Infinity;

  constructor(keys: KeysContext) {
    // Attempts count also if the request of a session ended meanwhile.
    this.#keys = { ...keys, storage: booksOf(keys.storage) };
  }

  /**
   * Counts an attempt before the password is compared, so that parallel attempts pass the limit no more often than
   * serial ones. A refused attempt does not count against the name or the rest of the network.
   * @returns its place in the queue for hashing; or the seconds to wait, if there were too many.
   */
  async take(attempt: Attempt): Promise<Place | { retryAfterSeconds: number }> {
    const { storage, clock } = this.#keys;
    await this.#sweep();
    const nowMs = clock.nowMs();
    const network = networkOf(attempt.ip);
    const subjects = this.#subjects(attempt);
    // Read before the write lock: a flood over the limit would delay other writes.
    const kinds = attempt.username === undefined ? (['address'] as const) : (['pair', 'address'] as const);
    for (const kind of kinds) {
      const endsAt = await fullUntil(storage.db, { subject: subjects[kind], max: ATTEMPTS_MAX[kind], nowMs });
      if (endsAt !== undefined) return { retryAfterSeconds: Math.ceil((endsAt - nowMs) / 1_000) };
    }
    return storage.transaction(
      async (tx) => {
        // Always in this order: two logins could otherwise deadlock.
        for (const kind of kinds) {
          const { attempts, ends_at } = await count(tx, subjects[kind], nowMs);
          if (attempts > ATTEMPTS_MAX[kind])
            return { retryAfterSeconds: Math.ceil((ends_at - nowMs) / 1_000) };
        }
        if (attempt.username === undefined) return { network, isSlow: false };
        const { attempts } = await count(tx, subjects.name, nowMs);
        const isSlow = attempts > UNHURRIED_MAX && !(await isKnown(tx, subjects.known, nowMs));
        return { network, isSlow };
      },
      { durable: false },
    );
  }

  /** After a login: resets the pair, takes the attempt off the other counts, and remembers the network. */
  async forgive(attempt: Attempt): Promise<void> {
    const { storage, clock } = this.#keys;
    const subjects = this.#subjects(attempt);
    await storage.transaction(
      async (tx) => {
        if (attempt.username !== undefined) await uncount(tx, subjects.pair, true);
        await uncount(tx, subjects.address, false);
        if (attempt.username === undefined) return;
        await uncount(tx, subjects.name, false);
        await remember(tx, subjects.known, clock.nowMs() + KNOWN_MS);
      },
      { durable: false },
    );
  }

  #subjects({ username = '', ip }: Attempt): Record<'pair' | 'address' | 'name' | 'known', string> {
    const { sealing } = this.#keys;
    // A digest: people type passwords into the field of the name.
    const digest = (text: string): string => Buffer.from(sealing.digest(text).digest).toString('base64url');
    const network = networkOf(ip);
    return {
      pair: digest(`login pair ${network} ${username}`),
      address: digest(`login address ${network}`),
      name: digest(`login name ${username}`),
      known: digest(`login known ${network} ${username}`),
    };
  }

  async #sweep(): Promise<void> {
    const { storage, clock, logger } = this.#keys;
    const nowMs = clock.nowMs();
    if (nowMs - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    const drop = async (tx: Db): Promise<void> => {
      // After a flood there are millions: the next attempt deletes more.
      if ((await dropOld(tx, nowMs)) === SWEPT_MAX) this.#sweptMs = -Infinity;
    };
    await storage
      .transaction(drop, { durable: false })
      .catch((error: unknown) => logger.warn({ err: error }, 'old login attempts were not removed'));
  }
}

function count(tx: Db, subject: string, nowMs: number): Promise<Pick<AttemptsRow, 'attempts' | 'ends_at'>> {
  const isOver = sql<boolean>`login_attempts.ends_at <= ${nowMs}`;
  return tables(tx)
    .insertInto('login_attempts')
    .values({ subject, attempts: 1, ends_at: nowMs + WINDOW_MS })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet({
        attempts: sql<number>`case when ${isOver} then 1 else login_attempts.attempts + 1 end`,
        ends_at: sql<number>`case when ${isOver} then excluded.ends_at else login_attempts.ends_at end`,
      }),
    )
    .returning(['attempts', 'ends_at'])
    .executeTakeFirstOrThrow();
}

/** @returns the end of the window, if the count has reached `max`. */
async function fullUntil(
  db: Db,
  { subject, max, nowMs }: { subject: string; max: number; nowMs: number },
): Promise<number | undefined> {
  const query = tables(db).selectFrom('login_attempts').select('ends_at').where('subject', '=', subject);
  const full = query.where('attempts', '>=', max).where('ends_at', '>', nowMs);
  return (await full.executeTakeFirst())?.ends_at;
}

async function uncount(tx: Db, subject: string, all: boolean): Promise<void> {
  await tables(tx)
    .updateTable('login_attempts')
    .set((eb) => ({ attempts: all ? 0 : eb('attempts', '-', 1) }))
    .where('subject', '=', subject)
    .where('attempts', '>', 0)
    .execute();
}

async function dropOld(tx: Db, nowMs: number): Promise<number> {
  const result = await tables(tx)
    .deleteFrom('login_attempts')
    .where('subject', 'in', (eb) =>
      eb.selectFrom('login_attempts').select('subject').where('ends_at', '<=', nowMs).limit(SWEPT_MAX),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

async function isKnown(tx: Db, subject: string, nowMs: number): Promise<boolean> {
  const query = tables(tx).selectFrom('login_attempts').select('subject').where('subject', '=', subject);
  return (await query.where('ends_at', '>', nowMs).executeTakeFirst()) !== undefined;
}

async function remember(tx: Db, subject: string, ends_at: number): Promise<void> {
  await tables(tx)
    .insertInto('login_attempts')
    .values({ subject, attempts: 0, ends_at })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet({ ends_at }))
    .execute();
}
