/**
 * A second process on a test's database: `node storage-process.ts <command> <location> [path]`.
 * Says on stdout, line by line, what is acknowledged; the last line is `done`.
 */
import { writeSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { backup, migrate, openStorage, restore, type Storage } from '../src/storage/index.ts';
import { fencedBy, takeLease } from '../src/storage/lease.ts';
import { SAMPLE_MIGRATIONS, addThing, increment } from './sample-schema.ts';

const INCREMENTS = 100;
const CHECKS_MAX = 20;

/** Synchronous, so that what was said has been said when the process is killed. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function codeOf(error: { code?: string }): string {
  return error.code ?? 'no code';
}

const commands: Record<string, (storage: Storage) => Promise<void>> = {
  async increment(storage) {
    for (let i = 0; i < INCREMENTS; i++) say(String(await increment(storage)));
  },

  async 'increment-for-ever'(storage) {
    for (;;) say(String(await increment(storage)));
  },

  async migrate(storage) {
    say(JSON.stringify(await migrate(storage, SAMPLE_MIGRATIONS, 1)));
  },

  /** Holds the write lock until stdin ends. */
  async hold(storage) {
    await storage.transaction(async (tx) => {
      await sql`insert into counters (id, value) values ('held', 1)`.execute(tx);
      say('held');
      process.stdin.resume();
      await once(process.stdin, 'end');
    });
  },

  /** Takes a lease of a moment, and writes under it for each line of stdin. */
  async errand(storage) {
    const row = { table: 'errands', key: { id: 'errand' } };
    const nowMs = Date.now();
    const taker = { holder: 'process', nowMs, untilMs: nowMs + 50 };
    const held = await storage.transaction((tx) => takeLease(tx, row, taker));
    if (held === undefined) return say('taken');
    const fenced = fencedBy(storage, held);
    say(`held ${held.fence}`);
    for await (const _ of createInterface(process.stdin)) {
      await increment(fenced).then(
        (value) => say(`wrote ${value}`),
        (error: Error) => say(error.name),
      );
    }
  },

  /** Writes until there is no room for the smallest thing, then says what `checkWritable` answers. */
  async fill(storage) {
    for (const size of [20_000, 1]) {
      for (let i = 0; ; i++) {
        const failure = await addThing(storage, { id: `t${size}-${i}`, body: new Uint8Array(size) }).catch(
          codeOf,
        );
        say(failure ?? `t${size}-${i}`);
        if (failure !== undefined) break;
      }
    }
    // A single page may still fit.
    for (let i = 0; i < CHECKS_MAX; i++) {
      const failure = await storage.checkWritable().catch(codeOf);
      if (failure !== undefined) return say(`checkWritable ${failure}`);
    }
  },

  /** Says by how many KiB the memory has grown at most. */
  async backup(storage) {
    const beforeKiB = process.resourceUsage().maxRSS;
    await backup(storage, third, { nowMs: 1 });
    say(String(process.resourceUsage().maxRSS - beforeKiB));
  },

  async restore(storage) {
    const beforeKiB = process.resourceUsage().maxRSS;
    await restore(storage, third, { migrations: SAMPLE_MIGRATIONS, nowMs: 1 });
    say(String(process.resourceUsage().maxRSS - beforeKiB));
  },
};

const [, , command = '', location = '', third = ''] = process.argv;
const storage = await openStorage(location);
await commands[command]?.(storage);
await storage.close();
say('done');
