import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { startStorageProcess } from '../../test/processes.ts';
import { LEASE_MIGRATION, SAMPLE_MIGRATIONS, increment, readCounter } from '../../test/sample-schema.ts';
import { endLease, fencedBy, renewLease, takeLease, underLease, type Held } from './lease.ts';
import { migrate, type Storage } from './index.ts';

const ROW = { table: 'errands', key: { id: 'errand' } };
const LEASE_MS = 1_000;

describeOnBothDatabases('a lease', (open) => {
  async function openErrands() {
    const { storage, location, reopen } = await open();
    await migrate(storage, [...SAMPLE_MIGRATIONS, LEASE_MIGRATION], 1);
    return { storage, location, other: await reopen() };
  }
  const take = (storage: Storage, holder: string, nowMs: number): Promise<Held | undefined> =>
    storage.transaction((tx) => takeLease(tx, ROW, { holder, nowMs, untilMs: nowMs + LEASE_MS }));
  const renew = (storage: Storage, held: Held, nowMs: number): Promise<boolean> =>
    storage.transaction((tx) => renewLease(tx, held, nowMs + LEASE_MS));
  async function taken(storage: Storage, holder: string, nowMs: number): Promise<Held> {
    const held = await take(storage, holder, nowMs);
    expect(held).toBeDefined();
    return held as Held;
  }

  test('a lease has one holder until its time is over, and each holder has a higher fence', async () => {
    const { storage, other } = await openErrands();
    const first = await taken(storage, 'a', 0);
    expect(await take(other, 'b', LEASE_MS - 1)).toBeUndefined();
    const second = await taken(other, 'b', LEASE_MS);
    expect(second.fence).toBeGreaterThan(first.fence);
  });

  test('a lease is given to one of many that ask at the same moment', async () => {
    const { storage, other } = await openErrands();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => take(i % 2 === 0 ? storage : other, `holder ${i}`, 0)),
    );
    expect(all.filter((held) => held !== undefined)).toHaveLength(1);
  });

  test('a lease is kept by renewals, and released at once', async () => {
    const { storage, other } = await openErrands();
    const held = await taken(storage, 'a', 0);
    expect(await renew(storage, held, LEASE_MS - 1)).toBe(true);
    expect(await take(other, 'b', LEASE_MS)).toBeUndefined();
    await storage.transaction((tx) => endLease(tx, held));
    // One that was on its way.
    expect(await renew(storage, held, LEASE_MS)).toBe(false);
    expect(await take(other, 'b', LEASE_MS)).toBeDefined();
  });

  test('a lease that was lost lets its former holder write, renew and end nothing', async () => {
    const { storage, other } = await openErrands();
    const first = await taken(storage, 'a', 0);
    const second = await taken(other, 'b', LEASE_MS);
    await expect(increment(fencedBy(storage, first))).rejects.toMatchObject({ name: 'LeaseLostError' });
    expect(await readCounter(storage)).toBeUndefined();
    expect(await renew(storage, first, LEASE_MS)).toBe(false);
    await storage.transaction((tx) => endLease(tx, first));
    expect(await increment(fencedBy(other, second))).toBe(1);
  });

  test('a lease that is over and that nobody has taken still lets its holder write', async () => {
    const { storage } = await openErrands();
    const held = await taken(storage, 'a', 0);
    expect(await increment(fencedBy(storage, held))).toBe(1);
  });

  test('a lease is taken by nobody during a transaction of its holder', async () => {
    const { storage, other } = await openErrands();
    const first = await taken(storage, 'a', 0);
    const order: string[] = [];
    let taking: Promise<unknown> = Promise.resolve();
    await fencedBy(storage, first).transaction(async (tx) => {
      taking = take(other, 'b', LEASE_MS).then(() => order.push('taken'));
      // Statements of another connection go ahead meanwhile, that of the taker does not.
      for (let i = 0; i < 20; i++) await readCounter(other);
      await sql`insert into counters (id, value) values ('c', 1)`.execute(tx);
      order.push('written');
    });
    await taking;
    expect(order).toEqual(['written', 'taken']);
  });

  test('a process that was stopped and woken writes nothing under its former lease, and its successor goes on', async () => {
    const { storage, location } = await openErrands();
    const sleeper = startStorageProcess(['errand', location]);
    const said = await sleeper.line((line) => line.startsWith('held'));
    sleeper.child.stdin?.write('write\n');
    await sleeper.line('wrote 1');
    sleeper.child.kill('SIGSTOP');
    sleeper.child.stdin?.write('write\n');
    let successor: Held | undefined;
    await expect.poll(async () => (successor = await take(storage, 'successor', Date.now()))).toBeDefined();
    sleeper.child.kill('SIGCONT');
    await sleeper.line('LeaseLostError');
    sleeper.child.stdin?.end();
    await sleeper.end();
    expect(await increment(fencedBy(storage, successor as Held))).toBe(2);
    expect(`held ${(successor as Held).fence - 1}`).toBe(said);
  });

  test('a lease covers all work under it: no other process works meanwhile, and it is free afterwards', async () => {
    const { storage, other } = await openErrands();
    const clock = { nowMs: () => 0, monotonicMs: () => 0 };
    const refused = async (): Promise<void> => {
      throw new Error('ran beside another');
    };
    const ran = await underLease({ storage, clock }, ROW, LEASE_MS, async (lease) => {
      expect(await increment(lease.storage)).toBe(1);
      expect(await underLease({ storage: other, clock }, ROW, LEASE_MS, refused)).toBe(false);
    });
    expect(ran).toBe(true);
    expect(await underLease({ storage: other, clock }, ROW, LEASE_MS, async () => undefined)).toBe(true);
  });

  test('work under a lease learns that the lease is lost', async () => {
    const { storage, other } = await openErrands();
    const clock = { nowMs: () => 0, monotonicMs: () => 0 };
    const leaseMs = 30;
    await underLease({ storage, clock }, ROW, leaseMs, async ({ storage: fenced, lost }) => {
      const isLost = new Promise((resolve) => lost.addEventListener('abort', resolve));
      await taken(other, 'b', leaseMs);
      await isLost;
      await expect(increment(fenced)).rejects.toMatchObject({ name: 'LeaseLostError' });
    });
    // What ended there has not ended the lease of the other.
    expect(await take(storage, 'c', leaseMs)).toBeUndefined();
  });
});
