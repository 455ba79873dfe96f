import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { describeOnBothDatabases, type OpenDatabase } from '../../test/databases.ts';
import { startStorageProcess } from '../../test/processes.ts';
import {
  NEWER_MIGRATION,
  SAMPLE_MIGRATIONS,
  addThing,
  increment,
  readCounter,
  readThings,
} from '../../test/sample-schema.ts';
import { backup, migrate, restore, type BackupFooter, type Storage } from './index.ts';

const options = { migrations: SAMPLE_MIGRATIONS, nowMs: 2 };
const THINGS = [
  { id: 'a', name: null, size: null, weight: null, body: null },
  { id: 'b', name: '', size: 0, weight: -0.5, body: new Uint8Array(0) },
  {
    id: 'c',
    name: '漢字 🗝️ \u2028 \n\t"\\',
    size: 2 ** 53 - 1,
    weight: 1e300,
    body: new Uint8Array([0, 10, 255]),
  },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-backup-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

async function openSample(open: OpenDatabase): Promise<Storage> {
  const { storage } = await open();
  await migrate(storage, SAMPLE_MIGRATIONS, 1);
  for (const thing of THINGS) await addThing(storage, thing);
  // The first part points at one that comes later.
  await storage.transaction(async (tx) => {
    await sql`insert into parts (id, thing_id, parent_id) values ('z', 'a', null)`.execute(tx);
    await sql`insert into parts (id, thing_id, parent_id) values ('m', 'a', 'z')`.execute(tx);
    await sql`update parts set parent_id = 'm' where id = 'z'`.execute(tx);
  });
  await increment(storage);
  return storage;
}

async function takeBackup(storage: Storage): Promise<Buffer> {
  const path = join(folder, 'taken.backup');
  await backup(storage, path, { nowMs: 1, overwrite: true });
  return readFileSync(path);
}

/** Rewrites the lines of a backup. */
function edit(packed: Buffer, change: (lines: string[]) => string[]): Buffer {
  return gzipSync(change(gunzipSync(packed).toString().trimEnd().split('\n')).join('\n') + '\n');
}

async function isUntouched(storage: Storage): Promise<boolean> {
  const things = sql`select * from things`.execute(storage.db);
  return things.then(() => false).catch(() => true);
}

describeOnBothDatabases('a backup', (open, dialect) => {
  describeOnBothDatabases('restored into another database', (openTarget) => {
    test('a restored backup has every row and every value, and can be migrated', async () => {
      const source = await openSample(open);
      const packed = await takeBackup(source);
      const { storage: target } = await openTarget();
      const footer = await restore(target, Readable.from([packed]), options);
      expect(footer.rows).toEqual({ counters: 1, parts: 2, things: 3 });
      expect(await readThings(target)).toStrictEqual(THINGS);
      expect(await readCounter(target)).toBe(1);
      const { rows } = await sql`select id, parent_id from parts order by id`.execute(target.db);
      expect(rows.map((row) => ({ ...(row as object) }))).toEqual([
        { id: 'm', parent_id: 'z' },
        { id: 'z', parent_id: 'm' },
      ]);
      expect(await migrate(target, [...SAMPLE_MIGRATIONS, NEWER_MIGRATION], 3)).toEqual(['sample-3']);
      // Rows are still kept from pointing nowhere.
      const astray = target.transaction((tx) =>
        sql`insert into parts (id, thing_id) values ('x', 'nowhere')`.execute(tx),
      );
      await expect(astray).rejects.toThrow(/foreign key/i);
    });
  });

  test('a backup is a file of mode 0600 that names its format, and leaves no partial file', async () => {
    const source = await openSample(open);
    const path = join(folder, 'x.backup');
    const footer = await backup(source, path, { nowMs: 0 });
    expect(readdirSync(folder)).toEqual(['x.backup']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      format: 'keyward-backup',
      version: 1,
      created_at: '1970-01-01T00:00:00.000Z',
      dialect,
      migrations: ['sample-1', 'sample-2'],
    });
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual(footer);
    expect(lines).toHaveLength(8);
  });

  test('a backup can go into a stream, and reports its progress', async () => {
    const source = await openSample(open);
    const stream = new PassThrough();
    const pieces = stream.toArray();
    const progress: string[] = [];
    const onProgress = (p: { table: string; rows: number }): unknown => progress.push(`${p.table} ${p.rows}`);
    await backup(source, stream, { nowMs: 1, onProgress });
    expect(progress).toEqual(['counters 1', 'parts 2', 'things 3']);
    const { storage: target } = await open();
    await restore(target, Readable.from((await pieces) as Buffer[]), options);
    expect(await readThings(target)).toHaveLength(3);
  });

  test('a backup does not replace a file unless told to', async () => {
    const source = await openSample(open);
    const path = join(folder, 'x.backup');
    writeFileSync(path, 'precious');
    await expect(backup(source, path, { nowMs: 1 })).rejects.toThrow('exists');
    expect(readFileSync(path, 'utf8')).toBe('precious');
    await backup(source, path, { nowMs: 1, overwrite: true });
    expect(gunzipSync(readFileSync(path)).length).toBeGreaterThan(100);
  });

  test('a backup that cannot be written, or has nothing to save, is a StartupError and leaves no file', async () => {
    const source = await openSample(open);
    await expect(backup(source, join(folder, 'no', 'x'), { nowMs: 1 })).rejects.toMatchObject({
      name: 'StartupError',
    });
    const { storage: empty } = await open();
    await expect(backup(empty, join(folder, 'x'), { nowMs: 1 })).rejects.toThrow('nothing to back up');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a backup that is killed half-way leaves no file under its name', async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    await fill(storage, 100_000);
    const path = join(folder, 'x.backup');
    const process = startStorageProcess(['backup', location, path]);
    while (!readdirSync(folder).some((name) => statSync(join(folder, name)).size > 0))
      await new Promise((resolve) => setTimeout(resolve, 2));
    process.child.kill('SIGKILL');
    await process.end();
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^x\.backup\.partial-/)]);
  });

  test('a backup during constant writes shows one moment', { timeout: 60_000 }, async () => {
    const { storage } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    await fill(storage, 20_000);
    await storage.transaction((tx) => sql`insert into counters (id, value) values ('c', 20000)`.execute(tx));
    const writer = writeUntilTold(storage);
    const path = join(folder, 'x.backup');
    await backup(storage, path, { nowMs: 1 });
    await writer.ask();
    expect(writer.rowsPerSecond()).toBeGreaterThan(0);
    const { storage: target } = await open();
    await restore(target, path, options);
    const { rows } = await sql<{ n: number }>`select count(*) as n from things`.execute(target.db);
    expect(rows[0]?.n).toBeGreaterThanOrEqual(20_000);
    expect(rows[0]?.n).toBe(await readCounter(target));
  });

  test('a backup of 100,000 rows takes no more memory than one of few', { timeout: 120_000 }, async () => {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    await fill(storage, 100_000);
    const path = join(folder, 'x.backup');
    const saving = startStorageProcess(['backup', location, path]);
    await saving.end();
    const { location: target } = await open();
    const restoring = startStorageProcess(['restore', target, path]);
    await restoring.end();
    // Held at once, the rows and their text take more than 300 MB. Measured: SQLite 40; PostgreSQL 160, of which
    // the most is reached with 50,000 rows and stays with 400,000.
    expect(Number(saving.lines[0]) / 1024).toBeLessThan(230);
    expect(Number(restoring.lines[0]) / 1024).toBeLessThan(230);
  });
});

describeOnBothDatabases('restoring', (open) => {
  async function refusal(packed: Buffer, migrations = SAMPLE_MIGRATIONS): Promise<string> {
    const { storage } = await open();
    const failing = restore(storage, Readable.from([packed]), { migrations, nowMs: 2 });
    const error: unknown = await failing.catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'StartupError',
      message: expect.not.stringContaining('\n') as string,
    });
    expect(await isUntouched(storage)).toBe(true);
    return (error as Error).message;
  }

  test('a restore refuses a backup that is truncated anywhere', { timeout: 60_000 }, async () => {
    const packed = await takeBackup(await openSample(open));
    for (const share of [0, 0.1, 0.5, 0.9])
      expect(await refusal(packed.subarray(0, packed.length * share))).toMatch(/truncated|not a backup/);
    expect(await refusal(packed.subarray(0, packed.length - 1))).toMatch(/truncated/);
    const whole = gunzipSync(packed);
    for (const length of [whole.length - 1, whole.length - 200, 30])
      expect(await refusal(gzipSync(whole.subarray(0, length)))).toMatch(/truncated/);
    expect(await refusal(edit(packed, (lines) => lines.slice(0, -1)))).toMatch(/truncated/);
    expect(await refusal(edit(packed, (lines) => lines.slice(0, 1)))).toMatch(/truncated/);
  });

  test('a restore refuses a backup with one byte changed', { timeout: 120_000 }, async () => {
    const packed = await takeBackup(await openSample(open));
    // The ten bytes before are gzip's own header: time and system, which nothing depends on.
    for (let at = 10; at < packed.length; at += 23) {
      const flipped = Buffer.from(packed);
      flipped.writeUInt8(packed.readUInt8(at) ^ 4, at);
      expect(await refusal(flipped)).toMatch(/cannot be restored|newer/);
    }
  });

  test('a restore refuses a backup that was edited', async () => {
    const packed = await takeBackup(await openSample(open));
    const edits: ((lines: string[]) => string[])[] = [
      (lines) => lines.map((line) => line.replace('"value":1', '"value":9')),
      (lines) => lines.filter((_, i) => i !== 2),
      (lines) => [...lines.slice(0, 2), lines[2] ?? '', ...lines.slice(2)],
      (lines) => [...lines, lines[1] ?? ''],
      (lines) => lines.map((line) => line.replace('"t":"counters"', '"t":"schema_migrations"')),
      (lines) => lines.map((line) => line.replace('"t":"counters"', '"t":"unknown"')),
      (lines) => lines.map((line) => line.replace('"value"', '"valeu"')),
      (lines) => lines.map((line) => line.replace('"things":3', '"things":4')),
      (lines) => lines.slice(1),
    ];
    for (const change of edits) expect(await refusal(edit(packed, change))).toMatch(/cannot be restored/);
  });

  test('a restore refuses a file that is not a backup', async () => {
    expect(await refusal(Buffer.from('hello'))).toMatch(/not a backup/);
    expect(await refusal(gzipSync('hello\n'))).toMatch(/cannot be read/);
    expect(await refusal(gzipSync('null\n'))).toMatch(/not a backup/);
    const { storage } = await open();
    const missing = restore(storage, join(folder, 'missing'), options);
    await expect(missing).rejects.toThrow(/cannot be read.*missing/);
  });

  test('a restore refuses a backup by a newer Keyward', async () => {
    const { storage } = await open();
    await migrate(storage, [...SAMPLE_MIGRATIONS, NEWER_MIGRATION], 1);
    const packed = await takeBackup(storage);
    expect(await refusal(packed)).toMatch(/newer Keyward \(it has sample-3\)/);
    const newer = edit(packed, (lines) => lines.map((line) => line.replace('"version":1', '"version":2')));
    expect(await refusal(newer)).toMatch(/newer Keyward \(format 2\)/);
  });

  test('a restore accepts an older backup, which is then migrated', async () => {
    const packed = await takeBackup(await openSample(open));
    const { storage } = await open();
    const all = [...SAMPLE_MIGRATIONS, NEWER_MIGRATION];
    await restore(storage, Readable.from([packed]), { migrations: all, nowMs: 2 });
    expect(await migrate(storage, all, 3)).toEqual(['sample-3']);
    const { rows } = await sql<{ colour: string }>`select distinct colour from things`.execute(storage.db);
    expect(rows[0]?.colour).toBe('grey');
  });

  test('a restore refuses a database that holds rows or is ahead of the backup, and changes nothing there', async () => {
    const packed = await takeBackup(await openSample(open));
    const { storage: used } = await open();
    await migrate(used, SAMPLE_MIGRATIONS, 1);
    await addThing(used, { id: 'mine' });
    await expect(restore(used, Readable.from([packed]), options)).rejects.toThrow(
      'already holds data (in things)',
    );
    expect((await readThings(used)).map((thing) => thing.id)).toEqual(['mine']);

    const all = [...SAMPLE_MIGRATIONS, NEWER_MIGRATION];
    const { storage: ahead } = await open();
    await migrate(ahead, all, 1);
    const early = restore(ahead, Readable.from([packed]), { migrations: all, nowMs: 2 });
    await expect(early).rejects.toThrow('newer than the backup');

    const { storage: empty } = await open();
    await migrate(empty, SAMPLE_MIGRATIONS, 1);
    await restore(empty, Readable.from([packed]), options);
    expect(await readThings(empty)).toHaveLength(3);
  });

  test('a restore refuses rows that refer to missing rows', async () => {
    const source = await openSample(open);
    const withoutThings = edit(await takeBackup(source), (lines) => {
      const kept = lines.slice(0, -1).filter((line) => !line.startsWith('{"t":"things"'));
      const sha256 = hash('sha256', kept.map((line) => `${line}\n`).join(''));
      const { rows } = JSON.parse(lines.at(-1) ?? '') as BackupFooter;
      return [...kept, JSON.stringify({ rows: { ...rows, things: 0 }, sha256 })];
    });
    expect(await refusal(withoutThings)).toMatch(/refers to a row that is not in it/);
  });
});

describe('numbers that JSON does not know', () => {
  describeOnBothDatabases('infinity', (open) => {
    test('infinity comes back from a restored backup', async () => {
      const { storage } = await open();
      await migrate(storage, SAMPLE_MIGRATIONS, 1);
      await addThing(storage, { id: 'a', weight: Infinity });
      const packed = await takeBackup(storage);
      const { storage: target } = await open();
      await restore(target, Readable.from([packed]), options);
      expect((await readThings(target))[0]?.weight).toBe(Infinity);
    });
  });
});

/** Rows of about 1.5 kB. */
async function fill(storage: Storage, count: number): Promise<void> {
  const [name, body] = ['n'.repeat(700), new Uint8Array(500)];
  await storage.transaction((tx) =>
    sql`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(count)})
      insert into things (id, name, size, body) select 'f' || i, cast(${name} as text), i, ${body} from n`.execute(
      tx,
    ),
  );
}

/** Adds ten rows and counts them, in one transaction, again and again. */
function writeUntilTold(storage: Storage): { ask(): Promise<void>; rowsPerSecond(): number } {
  const stop = new AbortController();
  let written = 0;
  const startedMs = performance.now();
  let tookMs = 0;
  const running = (async () => {
    while (!stop.signal.aborted) {
      await storage.transaction(async (tx) => {
        const rows = Array.from({ length: 10 }, (_, i) => sql`(${`w${written + i}`}, 'w')`);
        await sql`insert into things (id, name) values ${sql.join(rows)}`.execute(tx);
        await sql`update counters set value = value + 10`.execute(tx);
      });
      written += 10;
      await new Promise((resolve) => setImmediate(resolve));
    }
    tookMs = performance.now() - startedMs;
  })();
  return {
    async ask() {
      stop.abort();
      await running;
    },
    rowsPerSecond: () => (written / tookMs) * 1000,
  };
}
