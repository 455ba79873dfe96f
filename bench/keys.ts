import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../server/src/app.ts';
import { createLogger } from '../server/src/base/logger.ts';
import { readConfig } from '../server/src/config.ts';
import { createOwner, listKeys, mint, QuietSweeper, type KeysContext } from '../server/src/keys/index.ts';
import { copyKey } from '../server/src/keys/many-keys.fixture.ts';
import { startPostgresServer } from '../server/test/postgres-server.ts';

/*
 * What is done with keys, in one process, without HTTP (its cost a request: verify.ts): with a thousand keys, and then with a million in the same database, on
 * SQLite and on PostgreSQL. Bars: no page, look-up or sweep takes twice as long with a million; a search that finds nothing looks
 * through all of them, and lets other requests in between; memory stays flat. Argument: how many keys the many are.
 */
const FEW = 1_000;
const MANY = Number(process.argv[2] ?? '1000000');
const ROUNDS = 25;
const PAGE = 200;
const LISTED = 100_000;
const OPERATOR = { kind: 'cli' } as const;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** The median, in ms. */
async function median(rounds: number, work: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    await work(round);
    times.push(performance.now() - startedMs);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

/** A key that was asked for just now, in ms. */
async function inMemory({ verifier }: KeysContext, secret: string): Promise<number> {
  const asked = 20_000;
  const many = await median(ROUNDS, async () => {
    for (let i = 0; i < asked; i++) {
      const identified = verifier.identify(secret);
      // Once in a while what is in memory is too old.
      if (identified instanceof Promise) await identified;
    }
  });
  return many / asked;
}

async function measure(keys: KeysContext, secret: string): Promise<Record<string, number>> {
  const pageOf = (filter: object) => () => listKeys(keys, OPERATOR, { ...filter, limit: PAGE });
  return {
    'first page': await median(ROUNDS, pageOf({})),
    'active ones': await median(ROUNDS, pageOf({ state: 'active' })),
    // Never asked for before: not answered from memory.
    'look-up': await median(ROUNDS, async (round) =>
      keys.verifier.identify(`unknown-${round}-${performance.now()}`),
    ),
    sweep: await median(ROUNDS, () => new QuietSweeper(keys).sweep()),
    'look-up in memory': await inMemory(keys, secret),
  };
}

/** A search that finds nothing: how long it takes, and how long it lets nothing else be done at most, in ms. */
async function searchAll(keys: KeysContext): Promise<{ ms: number; blockedMs: number }> {
  let blockedMs = 0;
  let lastMs = performance.now();
  const startedMs = lastMs;
  const heart = setInterval(() => {
    blockedMs = Math.max(blockedMs, performance.now() - lastMs);
    lastMs = performance.now();
  }, 5);
  await listKeys(keys, OPERATOR, { q: 'there is no such name' });
  clearInterval(heart);
  return { ms: performance.now() - startedMs, blockedMs };
}

/** How much memory listing many pages leaves behind, in MB. */
async function listingGrows(keys: KeysContext): Promise<number> {
  const usedMb = (): number => {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  let cursor: string | undefined;
  let beforeMb = usedMb();
  for (let page = 0; page < LISTED / PAGE; page++) {
    const { next_cursor } = await listKeys(keys, OPERATOR, { limit: PAGE, cursor });
    cursor = next_cursor ?? undefined;
    if (page === 100) beforeMb = usedMb();
  }
  return usedMb() - beforeMb;
}

const us = (ms: number): string => `${(ms * 1_000).toFixed(ms < 0.01 ? 2 : 0)} µs`;

async function run(name: string, database: Record<string, string>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-keys-'));
  const config = readConfig({ KEYWARD_DATA_DIR: folder, KEYWARD_LOCAL_MODEL: 'off', ...database });
  const app = await openApp(config, await createLogger('warn'));
  try {
    const { keys } = app.core;
    await createOwner(keys, OPERATOR, { name: 'many', kind: 'service' });
    const { key, secret } = await mint(keys, OPERATOR, {
      name: 'copied',
      owner: 'many',
      scopes: ['models:use'],
    });
    await copyKey(keys, key.id, { from: 1, to: FEW });
    const few = await measure(keys, secret);
    await copyKey(keys, key.id, { from: FEW + 1, to: MANY });
    const many = await measure(keys, secret);
    for (const [what, ms] of Object.entries(many)) {
      const before = few[what] ?? 0;
      say(`${name} ${what}: ${us(before)} → ${us(ms)}: ${(ms / before).toFixed(2)} times`);
    }
    const { ms, blockedMs } = await searchAll(keys);
    say(
      `${name} a search that finds nothing: ${ms.toFixed(0)} ms, of which nothing else is done for ${blockedMs.toFixed(0)} ms at most`,
    );
    const grownMb = await listingGrows(keys);
    say(`${name} ${LISTED.toLocaleString('en')} keys listed: memory ${grownMb.toFixed(1)} MB more`);
  } finally {
    await app.stop();
    rmSync(folder, { recursive: true });
  }
}

say(`${FEW.toLocaleString('en')} keys → ${MANY.toLocaleString('en')} keys`);
await run('SQLite', {});
const postgres = await startPostgresServer();
try {
  await run('PostgreSQL', { KEYWARD_DATABASE_URL: postgres.url });
} finally {
  await postgres.remove();
}
