import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { booksOf, type Db, type Storage } from '../../storage/index.ts';
import { lockOrder } from '../store/lock-order.ts';
import { writeScopeUses } from '../store/scope-use-store.ts';
import { UsedScopes } from './used-scopes.ts';

const FLUSH_MS = 1_000;
const SECRETS_PER_TRANSACTION = 200;
const SCOPES_PER_TRANSACTION = 200;

interface Use {
  secretId: string;
  keyId: string;
  atMs: number;
  /** Undefined where it is not known. */
  ip: string | undefined;
}

/** When and from where each secret was used, and which scopes; written once a second, so a crash loses a second. */
export class LastUsed {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #uses = new Map<string, Use>();
  readonly scopes: UsedScopes;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #flushing: Promise<void> = Promise.resolve();
  /** Beside it: many first uses of a day must not hold up last uses, which decide when an old secret is quiet. */
  #flushingScopes: Promise<void> = Promise.resolve();

  constructor({ storage, clock, logger }: { storage: Storage; clock: Clock; logger: Logger }) {
    this.#storage = booksOf(storage);
    this.#clock = clock;
    this.#logger = logger;
    this.scopes = new UsedScopes({ clock, onNew: () => this.#schedule() });
  }

  /** On the path of each request: one look-up, no allocation for a secret that was noted before. */
  note(secretId: string, keyId: string, ip: string | undefined): void {
    const use = this.#uses.get(secretId);
    if (use === undefined) {
      this.#uses.set(secretId, { secretId, keyId, atMs: this.#clock.nowMs(), ip });
      this.#schedule();
      return;
    }
    use.atMs = this.#clock.nowMs();
    use.ip = ip ?? use.ip;
  }

  /** Writes what was noted before the call; what the database refuses is tried again. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#writeUses());
    this.#flushingScopes = this.#flushingScopes.then(() => this.#writeScopes());
    await Promise.all([this.#flushing, this.#flushingScopes]);
  }

  /** Writes what is left; later notes are not written. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.flush();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  async #writeUses(): Promise<void> {
    // A key before its secrets, as in rotations.
    const uses = [...this.#uses.values()].sort(
      (a, b) => lockOrder(a.keyId, b.keyId) || lockOrder(a.secretId, b.secretId),
    );
    this.#uses.clear();
    for (let at = 0; at < uses.length; at += SECRETS_PER_TRANSACTION) {
      const some = uses.slice(at, at + SECRETS_PER_TRANSACTION);
      try {
        await this.#storage.transaction((tx) => writeUses(tx, some), { durable: false });
      } catch (error) {
        this.#logger.warn(
          { err: error },
          'last-used times could not be written; the next write includes them',
        );
        for (const use of uses.slice(at))
          if (!this.#uses.has(use.secretId)) this.#uses.set(use.secretId, use);
        this.#schedule();
        return;
      }
    }
  }

  async #writeScopes(): Promise<void> {
    const uses = this.scopes.take();
    for (let at = 0; at < uses.length; at += SCOPES_PER_TRANSACTION) {
      const some = uses.slice(at, at + SCOPES_PER_TRANSACTION);
      try {
        await this.#storage.transaction((tx) => writeScopeUses(tx, some, this.#clock.nowMs()), {
          durable: false,
        });
      } catch (error) {
        this.#logger.warn(
          { err: error },
          'uses of scopes could not be written; the next write includes them',
        );
        this.scopes.putBack(uses.slice(at));
        this.#schedule();
        return;
      }
    }
  }
}

async function writeUses(tx: Db, uses: readonly Use[]): Promise<void> {
  const lastOfKey = new Map<string, number>();
  for (const { keyId, atMs } of uses) lastOfKey.set(keyId, Math.max(atMs, lastOfKey.get(keyId) ?? 0));
  // Not with the builder of statements, which takes most of the time: there may be hundreds a second.
  for (const [keyId, atMs] of lastOfKey)
    await sql`update keys set last_used_at = ${atMs}
      where id = ${keyId} and (last_used_at is null or last_used_at < ${atMs})`.execute(tx);
  for (const { secretId, atMs, ip } of uses)
    await sql`update key_secrets set last_used_at = ${atMs}, last_used_from = coalesce(${ip ?? null}, last_used_from)
      where id = ${secretId} and (last_used_at is null or last_used_at < ${atMs})`.execute(tx);
}
