import type { Chats } from '../workspaces/index.ts';

const DAY_MS = 86_400_000;

type MessageTimes = Pick<Chats, 'timesOf'>;

type Admission = { release: () => void } | { retryAfterMs: number };

/**
 * Limits the messages of a user within 24 hours. A message that is being answered counts too, so that concurrent messages do not
 * exceed the limit; on other nodes it counts when it is answered.
 */
export class DailyMessages {
  readonly #chats: MessageTimes;
  readonly #underWay = new Map<number, number>();

  constructor(chats: MessageTimes) {
    this.#chats = chats;
  }

  /** Admits one message; call `release` when it is answered. */
  async admit(
    { id, dailyMessageLimit: limit }: { id: number; dailyMessageLimit: number | null },
    nowMs: number,
  ): Promise<Admission> {
    const release = this.#begin(id);
    if (limit === null) return { release };
    // Read before the database: of two concurrent messages, one counts the other.
    const underWay = this.#underWay.get(id) ?? 0;
    const times = await this.#chats.timesOf(id, nowMs - DAY_MS, limit).catch((error: unknown) => {
      release();
      throw error;
    });
    if (times.length + underWay <= limit) return { release };
    release();
    return { retryAfterMs: (times[0] ?? nowMs) + DAY_MS - nowMs };
  }

  #begin(id: number): () => void {
    this.#underWay.set(id, (this.#underWay.get(id) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#underWay.get(id) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(id);
      else this.#underWay.set(id, left);
    };
  }
}
