import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openApp } from '../../server/src/app.ts';
import { createLogger } from '../../server/src/base/logger.ts';
import { readConfig } from '../../server/src/config.ts';
import { countQueuedOf } from '../../server/src/jobs/store/limit-store.ts';
import { callerOfKey, changeState, mint, mintFirstKey } from '../../server/src/keys/index.ts';
import { databaseRows } from '../../server/test/instance.ts';

/*
 * The time until a revocation is acknowledged whose key has jobs that wait, in one process, without HTTP. Arguments: the URL
 * of a PostgreSQL, which gets a new database, or `sqlite`; and how many jobs wait. Prints one line of JSON, in ms: that time,
 * the CPU time of this process meanwhile, the longest time in which another key could not submit a job, and the time until no
 * job of the key waits.
 */
const [server = 'sqlite', waitingText = '10000'] = process.argv.slice(2);
const WAITING = Number(waitingText);
const SUBMITTERS = 200;
const ADMIN = { kind: 'cli' } as const;

async function newDatabase(): Promise<string> {
  const name = `revocation_${process.pid}`;
  await databaseRows(server, `create database ${name}`);
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
}

const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-revocation-'));
const config = readConfig({
  KEYWARD_DATA_DIR: folder,
  KEYWARD_PORT: '0',
  KEYWARD_LOCAL_MODEL: 'off',
  KEYWARD_DRAIN_SECONDS: '0',
  KEYWARD_JOB_QUEUED_MAX: '10000000',
  ...(server === 'sqlite' ? {} : { KEYWARD_DATABASE_URL: await newDatabase() }),
});
const app = await openApp(config, await createLogger('warn'));
await mintFirstKey(app.core.keys);
await app.start();
const { jobs, keys, storage } = app.core;

async function newClient() {
  const { key } = await mint(keys, ADMIN, { name: 'client', owner: 'admin', role: 'client' });
  const caller = await callerOfKey(keys, key.id);
  if (caller === undefined) throw new Error('no key');
  return caller;
}

const [client, other] = [await newClient(), await newClient()];
const submit = (caller: typeof client, model: string) =>
  jobs.submissions.submit(caller, { prompt: 'x', model }, undefined);
const left = Array.from({ length: WAITING }).values();
await Promise.all(
  Array.from({ length: SUBMITTERS }, async () => {
    for (const _ of left) await submit(client, 'm');
  }),
);

const over = new AbortController();
let slowestMs = 0;
const meanwhile = (async () => {
  while (!over.signal.aborted) {
    const sentMs = performance.now();
    await submit(other, 'other');
    slowestMs = Math.max(slowestMs, performance.now() - sentMs);
    await sleep(1);
  }
})();
await sleep(200);
slowestMs = 0;
const before = process.cpuUsage();
const revokedMs = performance.now();
await changeState(keys, ADMIN, { id: client.keyId, verb: 'revoke' });
const acknowledgedMs = performance.now() - revokedMs;
const { user, system } = process.cpuUsage(before);
while ((await countQueuedOf(storage.db, [client.keyId], 1)) > 0) await sleep(1);
const canceledMs = performance.now() - revokedMs;
over.abort();
await meanwhile;
process.stdout.write(
  `${JSON.stringify({ acknowledgedMs, cpuMs: (user + system) / 1_000, slowestMs, canceledMs })}\n`,
);
await app.stop();
rmSync(folder, { recursive: true });
