import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { listKeys, QuietSweeper, type KeysContext } from './index.ts';
import { mintOne, openTestKeys, OPERATOR } from './keys.fixture.ts';

const BATCH = 50_000;

/** Copies of one key, made in the database; `i` is their number and the time they were made. */
async function copyKeys(keys: KeysContext, count: number): Promise<void> {
  const { key } = await mintOne(keys);
  const isSqlite = keys.storage.dialect === 'sqlite';
  const id = (kind: string): string =>
    isSqlite ? `printf('${kind}_%012d', i)` : `'${kind}_' || lpad(i::text, 12, '0')`;
  const digest = isSqlite ? 'randomblob(32)' : `decode(md5(i::text) || md5(i::text), 'hex')`;
  const copy = async (table: string, where: string, changed: Record<string, string>): Promise<string> => {
    const { rows } = await sql.raw<object>(`select * from ${table} where ${where}`).execute(keys.storage.db);
    const columns = Object.keys(rows[0] ?? {});
    const values = columns.map((column) => changed[column] ?? column);
    return `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from ${table}, NUMBERS where ${where}`;
  };
  const copies = [
    await copy('keys', `id = '${key.id}'`, { id: id('key'), created_at: 'i', number: '-i' }),
    await copy('key_secrets', `key_id = '${key.id}'`, { id: id('sec'), key_id: id('key'), digest }),
  ];
  for (let from = 1; from <= count; from += BATCH) {
    const to = from + BATCH - 1;
    const numbers = isSqlite
      ? `(with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to}) select i from n)`
      : `generate_series(${from}, ${to}) as n(i)`;
    await keys.storage.transaction(async (tx) => {
      for (const text of copies) await sql.raw(text.replace('NUMBERS', numbers)).execute(tx);
    });
  }
  await keys.storage.transaction((tx) => sql.raw('analyze').execute(tx));
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const usedBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

describeOnBothDatabases('a million keys', (open, dialect) => {
  test(
    'pages, look-ups and sweeps are as quick as with few; memory stays flat',
    { timeout: 900_000 },
    async () => {
      const { keys } = await openTestKeys(open);
      await copyKeys(keys, 1_000_000);
      const { secret } = await mintOne(keys);
      const figures: Record<string, number> = {};
      figures['first page'] = await timed(() => listKeys(keys, OPERATOR, { limit: 200 }));
      figures['look-up'] = await timed(async () => keys.verifier.identify(secret));
      figures['sweep'] = await timed(() => new QuietSweeper(keys).sweep());
      figures['state'] = await timed(() => listKeys(keys, OPERATOR, { state: 'active', limit: 200 }));
      let blockedMs = 0;
      let lastMs = performance.now();
      const heart = setInterval(() => {
        blockedMs = Math.max(blockedMs, performance.now() - lastMs);
        lastMs = performance.now();
      }, 5);
      const rare = await timed(() => listKeys(keys, OPERATOR, { q: 'there is no such name' }));
      clearInterval(heart);
      let cursor: string | undefined;
      let listed = 0;
      let beforeBytes = 0;
      for (let page = 0; page < 500; page++) {
        const { items, next_cursor } = await listKeys(keys, OPERATOR, { limit: 200, cursor });
        listed += items.length;
        cursor = next_cursor ?? undefined;
        if (page === 100) beforeBytes = usedBytes();
      }
      const grownMb = (usedBytes() - beforeBytes) / 1e6;
      const text = Object.entries(figures).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
      process.stderr.write(
        `a million keys on ${dialect}: ${text.join(', ')}, a search that finds nothing ${rare.toFixed(0)} ms (nothing else for ${blockedMs.toFixed(0)} ms at most); 100,000 listed, memory +${grownMb.toFixed(0)} MB\n`,
      );
      expect(listed).toBe(100_000);
      expect(grownMb).toBeLessThan(10);
      expect(blockedMs).toBeLessThan(500);
      for (const ms of Object.values(figures)) expect(ms).toBeLessThan(250);
    },
  );

  test(
    'how long it takes to identify a key, from memory and from the database',
    { timeout: 60_000 },
    async () => {
      const { keys } = await openTestKeys(open);
      const { secret } = await mintOne(keys);
      await keys.verifier.identify(secret);
      const rounds = 200_000;
      let fromMemory = 0;
      for (let warmUp = 0; warmUp < 2; warmUp++) {
        fromMemory = await timed(async () => {
          for (let i = 0; i < rounds; i++) {
            const identified = keys.verifier.identify(secret);
            // Once in a while what is in memory is too old.
            if (identified instanceof Promise) await identified;
          }
        });
      }
      const asked = 5_000;
      const fromDatabase = await timed(async () => {
        for (let i = 0; i < asked; i++) await keys.verifier.identify(`unknown-${i}`);
      });
      process.stderr.write(
        `identify on ${dialect}: ${((fromMemory / rounds) * 1e6).toFixed(0)} ns from memory, ${((fromDatabase / asked) * 1e3).toFixed(0)} µs from the database\n`,
      );
      expect(fromMemory / rounds).toBeLessThan(1);
    },
  );
});
