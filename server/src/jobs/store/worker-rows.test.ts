import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../../test/databases.ts';
import { storageMigrations, type Db } from '../../storage/index.ts';
import { marketplaceMigrations } from '../marketplace/migrations.ts';
import { book, release, setOffer } from '../marketplace/booking-store.ts';
import { jobsMigrations } from '../migrations.ts';
import { WorkerRows } from './worker-rows.ts';
import * as store from './worker-store.ts';

const ID = 'wrk_1';
const BOOKED = { workerId: ID, ownerId: 'own_2', nowMs: 10, untilMs: 99, seenSinceMs: 0 };
const SAID = {
  id: ID,
  owner_id: 'own_1',
  key_id: 'key_1',
  name: 'worker',
  capabilities: '{}',
  concurrency: 1,
  region: null,
  price_nano: null,
  protocol: 1,
  process: 'a',
  seen_at: 1,
};

const CHANGES: [string, (tx: Db) => Promise<unknown>][] = [
  ['registers', (tx) => store.putWorker(tx, SAID)],
  ['registers again', (tx) => store.putWorker(tx, { ...SAID, concurrency: 7, seen_at: 2 })],
  ['is changed', (tx) => store.updateWorker(tx, ID, { is_draining: 1, rests: 2 })],
  ['has a mark', (tx) => store.addMark(tx, ID, { jobId: 'job_1', nowMs: 5, sinceMs: 0 })],
  ['has no mark any more', (tx) => store.clearMarks(tx, ID)],
  ['has a twin', (tx) => store.beat(tx, ID, { nowMs: 6, isDraining: false, keyId: 'key_1', process: 'b' })],
  ['drains', (tx) => store.beat(tx, ID, { nowMs: 7, isDraining: true, keyId: 'key_1', process: 'a' })],
  ['is paused', (tx) => store.updateWorker(tx, ID, { paused_at: 8 })],
  ['is seen', (tx) => store.markSeen(tx, [ID], 20)],
  ['is ready again', (tx) => store.updateWorker(tx, ID, { is_draining: 0 })],
  ['is booked', (tx) => book(tx, BOOKED)],
  ['is released', (tx) => release(tx, { workerId: ID, bookedBy: undefined, nowMs: 11 })],
  ['has an offer', (tx) => setOffer(tx, ID, { priceNano: 5, description: 'a GPU', isBookable: false })],
  [
    'has more capabilities than are kept',
    (tx) => store.putWorker(tx, { ...SAID, capabilities: `"${'x'.repeat(5_000)}"` }),
  ],
  ['has few again', (tx) => store.putWorker(tx, SAID)],
  ['is deleted', (tx) => store.deleteWorker(tx, ID)],
];

describeOnBothDatabases('the rows of workers in memory', (open) => {
  test('after each change of a worker, also by another process, they are those of the database', async () => {
    const { storage, reopen } = await open([
      ...storageMigrations,
      ...jobsMigrations,
      ...marketplaceMigrations,
    ]);
    const other = await reopen();
    const rows = new WorkerRows();
    const read = () =>
      storage.transaction(async (tx) => {
        const ids = [ID, ID, 'wrk_unknown'];
        return { ...(await rows.claiming(tx, ids)), ...(await rows.reporting(tx, ids)) };
      });
    for (const [what, change] of CHANGES) {
      const before = await read();
      expect({ what, ...(await read()) }).toEqual({ what, ...before });
      await other.transaction(change);
      const [row] = await store.findWorkers(other.db, [ID]);
      expect({ what, ...(await read()) }).toEqual({
        what,
        workers: new Map(row === undefined ? [] : [[ID, row]]),
        held: new Map(row === undefined ? [] : [[ID, 0]]),
        marked: new Set(what === 'has a mark' ? [ID] : []),
      });
    }
  });
});
