import type { Clock } from '../base/clock.ts';
import { Mutex } from '../base/mutex.ts';
import type { Sealing } from '../sealing/index.ts';
import type { Db, Storage } from '../storage/index.ts';

type Tables = { settings: { name: string; value: string; sealed: number; changed_at: number } };

/** null removes the setting. `secret`: stored sealed. */
export interface SettingChange {
  value: string | null;
  secret?: boolean;
}

/** Settings that administrators change while the server runs. Those of the environment are in `config.ts`. */
export class Settings {
  readonly #storage: Storage;
  readonly #sealing: Sealing;
  readonly #clock: Clock;
  readonly #turns = new Mutex();

  constructor({ storage, sealing, clock }: { storage: Storage; sealing: Sealing; clock: Clock }) {
    this.#storage = storage;
    this.#sealing = sealing;
    this.#clock = clock;
  }

  /** Read from the database each time: another process may have changed it. */
  async get(name: string, db: Db = this.#storage.db): Promise<string | undefined> {
    return (await this.many([name], db)).get(name);
  }

  async many(names: readonly string[], db: Db = this.#storage.db): Promise<Map<string, string>> {
    const rows = await db
      .withTables<Tables>()
      .selectFrom('settings')
      .select(['name', 'value', 'sealed'])
      .where('name', 'in', names)
      .execute();
    return new Map(
      rows.map(({ name, value, sealed }) => [
        name,
        sealed === 0 ? value : this.#sealing.open(value, context(name)),
      ]),
    );
  }

  /** Does not open a sealed value. */
  async isSet(name: string, db: Db = this.#storage.db): Promise<boolean> {
    const query = db.withTables<Tables>().selectFrom('settings').select('name').where('name', '=', name);
    return (await query.executeTakeFirst()) !== undefined;
  }

  /** Runs changes one after the other, so that each reads what the one before wrote. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    return this.#turns.run(change);
  }

  /** @param tx of the change that it belongs to. */
  async set(tx: Db, changes: Record<string, SettingChange>): Promise<void> {
    const db = tx.withTables<Tables>();
    for (const [name, { value, secret = false }] of Object.entries(changes)) {
      if (value === null) {
        await db.deleteFrom('settings').where('name', '=', name).execute();
        continue;
      }
      const stored = {
        value: secret ? this.#sealing.seal(value, context(name)) : value,
        sealed: secret ? 1 : 0,
        changed_at: this.#clock.nowMs(),
      };
      await db
        .insertInto('settings')
        .values({ name, ...stored })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(stored))
        .execute();
    }
  }
}

const context = (name: string): string => `setting ${name}`;
