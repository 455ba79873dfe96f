import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { describeOnBothDatabases, type OpenDatabase, type TestDatabase } from '../../test/databases.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { type Storage } from '../storage/index.ts';
import { LEASE_MS, Nodes, nodesMigrations, type Change } from './index.ts';

const logger = pino({ level: 'silent' });

/** The real clock, moved by hand. */
class MovableClock implements Clock {
  wallOffsetMs = 0;
  monotonicOffsetMs = 0;
  nowMs(): number {
    return systemClock.nowMs() + this.wallOffsetMs;
  }
  monotonicMs(): number {
    return systemClock.monotonicMs() + this.monotonicOffsetMs;
  }
}

interface Started {
  nodes: Nodes;
  clock: MovableClock;
  heard: (Change | 'everything')[];
}

/** A node of its own Storage, as another process would have. */
async function startNode(
  database: TestDatabase,
  { socketDir = folder(), storage }: { socketDir?: string; storage?: Storage } = {},
): Promise<Started> {
  const clock = new MovableClock();
  const nodes = new Nodes({
    storage: storage ?? (await database.reopen()),
    clock,
    logger,
    version: 'test',
    socketDir,
    database: database.location,
  });
  const heard: Started['heard'] = [];
  nodes.onChange((change) => heard.push(change));
  await nodes.start();
  onTestFinished(() => nodes.stop());
  heard.length = 0;
  return { nodes, clock, heard };
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'keyward-nodes-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const change = (subject: string): Change => ({ kind: 'key', subject });

const openDatabase = (open: OpenDatabase): Promise<TestDatabase> => open(nodesMigrations);

function announce(storage: Storage, nodes: Nodes, subject: string): Promise<number> {
  return storage.transaction((tx) => nodes.announce(tx, change(subject)));
}

const run = (storage: Storage, statement: string): Promise<unknown> =>
  storage.transaction((tx) => sql.raw(statement).execute(tx));

async function nodeIds(storage: Storage): Promise<string[]> {
  return (await sql<{ id: string }>`select id from nodes`.execute(storage.db)).rows.map(({ id }) => id);
}

describeOnBothDatabases('nodes', (open, dialect) => {
  test('a lone process waits for nobody to acknowledge a change', async () => {
    const database = await openDatabase(open);
    const { nodes, heard } = await startNode(database);
    expect(nodes.leaseHolds()).toBe(true);
    const seq = await announce(database.storage, nodes, 'key_a');
    const { nodes: count, waited_ms } = await nodes.acknowledge(seq);
    expect(count).toBe(1);
    expect(waited_ms).toBeLessThan(LEASE_MS / 2);
    expect(heard).toEqual([change('key_a')]);
  });

  test('every node applies a change, in order, before it is acknowledged', async () => {
    const database = await openDatabase(open);
    const [a, b, c] = [await startNode(database), await startNode(database), await startNode(database)];
    const subjects = Array.from({ length: 20 }, (_, i) => `key_${i}`);
    for (const subject of subjects) {
      const { nodes } = await a.nodes.acknowledge(await announce(database.storage, a.nodes, subject));
      expect(nodes).toBe(3);
      for (const { heard } of [a, b, c]) expect(heard.at(-1)).toEqual(change(subject));
    }
    for (const { heard } of [a, b, c]) expect(heard).toEqual(subjects.map(change));
  });

  test('a change that is rolled back reaches no node, and leaves no gap', async () => {
    const database = await openDatabase(open);
    const [a, b] = [await startNode(database), await startNode(database)];
    const failing = database.storage.transaction(async (tx) => {
      await a.nodes.announce(tx, change('key_never'));
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    await a.nodes.acknowledge(await announce(database.storage, a.nodes, 'key_a'));
    expect(b.heard).toEqual([change('key_a')]);
  });

  test('more changes than are read at once, or pruned ones, make a node forget everything', async () => {
    const database = await openDatabase(open);
    const { nodes, heard } = await startNode(database);
    await database.storage.transaction(async (tx) => {
      for (let i = 0; i < 1_001; i++) await nodes.announce(tx, change(`key_${i}`));
    });
    const last = await announce(database.storage, nodes, 'key_last');
    await nodes.acknowledge(last);
    expect(heard).toContain('everything');
    await nodes.acknowledge(await announce(database.storage, nodes, 'key_next'));
    expect(heard.at(-1)).toEqual(change('key_next'));
    // One that this node has not seen is cleared away.
    const pruned = await announce(database.storage, nodes, 'key_pruned');
    await run(database.storage, `delete from node_changes where seq = ${pruned}`);
    const generation = nodes.generation;
    await nodes.acknowledge(pruned);
    expect(nodes.generation).toBeGreaterThan(generation);
    expect(heard.at(-1)).toBe('everything');
  });

  test('a database put back to an earlier state makes a node forget everything', async () => {
    const database = await openDatabase(open);
    const { nodes, heard } = await startNode(database);
    for (const subject of ['key_a', 'key_b', 'key_c'])
      await nodes.acknowledge(await announce(database.storage, nodes, subject));
    await run(database.storage, 'update node_changes_head set seq = 1');
    await run(database.storage, 'delete from node_changes where seq > 1');
    await nodes.acknowledge(1);
    expect(heard.at(-1)).toBe('everything');
    await nodes.acknowledge(await announce(database.storage, nodes, 'key_d'));
    expect(heard.at(-1)).toEqual(change('key_d'));
  });

  test('the lease ends by the monotonic clock, and by the wall clock if that jumps ahead', async () => {
    const database = await openDatabase(open);
    const { nodes, clock } = await startNode(database);
    clock.monotonicOffsetMs += LEASE_MS;
    expect(nodes.leaseHolds()).toBe(false);
    await expect.poll(() => nodes.leaseHolds()).toBe(true);
    clock.wallOffsetMs += 60_000;
    expect(nodes.leaseHolds()).toBe(false);
    await expect.poll(() => nodes.leaseHolds()).toBe(true);
    // Back: the wall clock alone would call the lease good for a minute, the monotonic one does not.
    clock.wallOffsetMs -= 60_000;
    expect(nodes.leaseHolds()).toBe(true);
    clock.monotonicOffsetMs += LEASE_MS;
    expect(nodes.leaseHolds()).toBe(false);
  });

  test('wall clocks that differ by an hour do not change acknowledgements', async () => {
    const database = await openDatabase(open);
    const [a, b] = [await startNode(database), await startNode(database)];
    a.clock.wallOffsetMs = 3_600_000 * 5;
    b.clock.wallOffsetMs = -3_600_000 * 5;
    await expect.poll(() => a.nodes.leaseHolds() && b.nodes.leaseHolds()).toBe(true);
    for (const [by, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const seq = await announce(database.storage, by.nodes, 'key_x');
      const { nodes, waited_ms } = await by.nodes.acknowledge(seq);
      expect(nodes).toBe(2);
      expect(waited_ms).toBeLessThan(1_000);
      expect(other.heard.length).toBeGreaterThan(0);
    }
  });

  test('the row of a node that came back after its deletion does not count as the old, lapsed one', async () => {
    const database = await openDatabase(open);
    const [a, b] = [await startNode(database), await startNode(database)];
    // To `a` the count it has seen last has not moved for longer than a lease, then the row is made anew.
    await sleep(50);
    a.clock.monotonicOffsetMs += 3_000;
    await run(database.storage, `delete from nodes where id = '${b.nodes.id}'`);
    await expect.poll(() => nodeIds(database.storage)).toContain(b.nodes.id);
    expect(b.nodes.leaseHolds()).toBe(true);
    const { nodes } = await a.nodes.acknowledge(await announce(database.storage, a.nodes, 'key_a'));
    expect(nodes).toBe(2);
    expect(b.heard).toContainEqual(change('key_a'));
  });

  test('rows of nodes that nobody has renewed for a minute are deleted, with everything they left behind', async () => {
    const database = await openDatabase(open);
    const socketDir = folder();
    const { nodes, clock } = await startNode(database, { socketDir });
    const dead = 'node_dead00000000';
    const address = dialect === 'sqlite' ? join(socketDir, `${dead}.sock`) : 'postgres';
    writeFileSync(join(socketDir, `${dead}.sock`), '');
    const precious = join(folder(), 'precious.sock');
    writeFileSync(precious, '');
    for (const [id, place] of [
      [dead, address],
      ['node_evil00000000', precious],
    ])
      await run(database.storage, `insert into nodes values ('${id}', '${place}', 'x', 1, 1, 0)`);
    // It has to look at them twice, a minute apart, and looks each half second.
    const aMinuteLater = (): Promise<string[]> => {
      clock.monotonicOffsetMs += 61_000;
      return nodeIds(database.storage);
    };
    await expect.poll(aMinuteLater, { interval: 700 }).toEqual([nodes.id]);
    const left = dialect === 'sqlite' ? [`${nodes.id}.sock`] : [`${dead}.sock`];
    await expect.poll(() => readdirSync(socketDir)).toEqual(left);
    // A file that the database names and that is no socket of that node stays.
    expect(readdirSync(join(precious, '..'))).toEqual(['precious.sock']);
  });

  test('old changes are deleted, new ones stay', async () => {
    const database = await openDatabase(open);
    const { nodes, clock } = await startNode(database);
    const old = await announce(database.storage, nodes, 'key_old');
    clock.wallOffsetMs += 3_700_000;
    const fresh = await announce(database.storage, nodes, 'key_new');
    clock.monotonicOffsetMs += 11_000;
    const seqs = async (): Promise<number[]> =>
      (await sql<{ seq: number }>`select seq from node_changes`.execute(database.storage.db)).rows.map(
        ({ seq }) => seq,
      );
    await expect.poll(seqs).toEqual([fresh]);
    expect(old).toBeLessThan(fresh);
  });

  test('stopping a node is idempotent, at once and later; its lease is gone at once', async () => {
    const database = await openDatabase(open);
    const socketDir = folder();
    const { nodes } = await startNode(database, { socketDir });
    await Promise.all([nodes.stop(), nodes.stop()]);
    await nodes.stop();
    expect(nodes.leaseHolds()).toBe(false);
    expect(await nodeIds(database.storage)).toEqual([]);
    expect(readdirSync(socketDir)).toEqual([]);
    await sleep(700);
    expect(await nodeIds(database.storage)).toEqual([]);
  });

  test('a committed change is acknowledged after one lease if the database hangs', async () => {
    const database = await openDatabase(open);
    const storage = await database.reopen();
    const { nodes } = await startNode(database, { storage });
    const seq = await announce(database.storage, nodes, 'key_a');
    await storage.close();
    const { waited_ms } = await nodes.acknowledge(seq);
    expect(waited_ms).toBeGreaterThanOrEqual(LEASE_MS);
    expect(waited_ms).toBeLessThan(LEASE_MS + 5_000);
    expect(nodes.leaseHolds()).toBe(false);
  });

  test('a failed start of a node leaves nothing open', async () => {
    const database = await openDatabase(open);
    const storage = await database.reopen();
    await storage.close();
    const socketDir = folder();
    await expect(startNode(database, { storage, socketDir })).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    expect(readdirSync(socketDir)).toEqual([]);
  });
});
