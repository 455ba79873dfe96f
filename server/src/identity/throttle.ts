import { isIPv6 } from 'node:net';
import { sql } from 'kysely';
import type { KeysContext } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import { tables } from './rows.ts';
import type { AttemptsRow } from './rows.ts';

/** Attempts are counted in a window that begins with the first one. */
const WINDOW_MS = 15 * 60_000;
/**
 * From one address for one name few; more from one address, where many people may sit; and a bound for what many
 * addresses together try with one name. Nobody can lock somebody else out from one address alone.
 */
const ATTEMPTS_MAX = { address: 50, pair: 10, name: 100 } as const;
type Subject = keyof typeof ATTEMPTS_MAX;

/** Rows of windows that are over do no harm but take room. */
const SWEEP_MS = 60_000;

export interface Attempt {
  /** '' for the one administrator. */
  username: string;
  ip: string;
}

/** Counts attempts to log in, in the database: several processes count together. */
export class Throttle {
  readonly #keys: KeysContext;
  #sweptMs = -Infinity;

  constructor(keys: KeysContext) {
    this.#keys = keys;
  }

  /**
   * Counts one, before anything is compared: of many at the same moment no more are let through than of many in a row.
   * @returns seconds until the next one, where there were too many.
   */
  async take(attempt: Attempt): Promise<number | undefined> {
    const { storage, clock } = this.#keys;
    await this.#sweep();
    const nowMs = clock.nowMs();
    const waitMs = await storage.transaction(
      async (tx) => {
        const waits: number[] = [];
        for (const [kind, subject] of this.#subjects(attempt)) {
          const { attempts, ends_at } = await count(tx, subject, nowMs);
          waits.push(attempts > ATTEMPTS_MAX[kind] ? ends_at - nowMs : 0);
        }
        return Math.max(...waits);
      },
      { durable: false },
    );
    return waitMs === 0 ? undefined : Math.ceil(waitMs / 1_000);
  }

  /** Whoever got in is no attacker: what was counted against the pair is forgotten, elsewhere this one attempt. */
  async forgive(attempt: Attempt): Promise<void> {
    await this.#keys.storage.transaction(
      async (tx) => {
        for (const [kind, subject] of this.#subjects(attempt)) await uncount(tx, subject, kind === 'pair');
      },
      { durable: false },
    );
  }

  /** In one order everywhere, so that two logins do not wait for each other in a circle. */
  #subjects({ username, ip }: Attempt): [Subject, string][] {
    const { sealing } = this.#keys;
    // People type passwords into the wrong field: what was typed is not kept.
    const digest = (text: string): string => Buffer.from(sealing.digest(text).digest).toString('base64url');
    const address = networkOf(ip);
    return [
      ['address', digest(`login address ${address}`)],
      ['pair', digest(`login pair ${address} ${username}`)],
      ['name', digest(`login name ${username}`)],
    ];
  }

  async #sweep(): Promise<void> {
    const { storage, clock, logger } = this.#keys;
    const nowMs = clock.nowMs();
    if (nowMs - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    const drop = (tx: Db) => tables(tx).deleteFrom('login_attempts').where('ends_at', '<=', nowMs).execute();
    await storage
      .transaction(drop, { durable: false })
      .catch((error: unknown) => logger.warn({ err: error }, 'old login attempts were not removed'));
  }
}

/** One customer has 2^64 IPv6 addresses: the first half names the customer. */
export function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const [head = '', tail = ''] = (ip.split('%', 1)[0] ?? '').split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const first = [...before, ...zeros, ...after].slice(0, 4);
  return `${first.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
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

async function uncount(tx: Db, subject: string, all: boolean): Promise<void> {
  await tables(tx)
    .updateTable('login_attempts')
    .set((eb) => ({ attempts: all ? 0 : eb('attempts', '-', 1) }))
    .where('subject', '=', subject)
    .where('attempts', '>', 0)
    .execute();
}
