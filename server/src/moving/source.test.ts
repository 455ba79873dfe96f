import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { newStorageDir, StorageDir, stateOf } from './anythingllm.fixture.ts';
import { Source } from './source.ts';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-scratch-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function openSource(storage: StorageDir, scratchDir = scratch()): Source {
  const source = Source.open(storage.folder, scratchDir);
  onTestFinished(() => source.close());
  return source;
}

const slugs = (source: Source): (string | undefined)[] =>
  [...source.rows('workspaces')].map((row) => row.text('slug'));

test('a database that no program has open is read in place, without a change of its bytes or times', () => {
  const storage = newStorageDir();
  storage.add('workspaces', { name: 'Docs', slug: 'docs' });
  storage.close();
  const before = stateOf(storage.folder);
  const scratchDir = scratch();
  const source = openSource(storage, scratchDir);
  expect(slugs(source)).toEqual(['docs']);
  expect(source.count('workspaces')).toBe(1);
  expect(readdirSync(scratchDir)).toEqual([]);
  source.close();
  expect(stateOf(storage.folder)).toEqual(before);
});

test('rows that are only in the log are read too, from a copy of which nothing is left', () => {
  const storage = newStorageDir();
  storage.database.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0');
  storage.add('workspaces', { name: 'Only in the log', slug: 'logged' });
  const before = stateOf(storage.folder);
  const scratchDir = scratch();
  const source = openSource(storage, scratchDir);
  // Before the first read: a process that is killed from here on leaves no keys in clear text behind.
  expect(readdirSync(scratchDir)).toEqual([]);
  expect(slugs(source)).toEqual(['logged']);
  expect(stateOf(storage.folder)).toEqual(before);
});

test('a database behind a link is read with its log, without a change of the bytes or times of the target', () => {
  const storage = newStorageDir();
  storage.database.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0');
  storage.add('workspaces', { name: 'Only in the log', slug: 'logged' });
  const file = join(storage.folder, 'anythingllm.db');
  const linked = scratch();
  symlinkSync(file, join(linked, 'anythingllm.db'));
  // Symbolic links to all files, as in a mirror of a folder.
  const mirror = scratch();
  for (const part of ['', '-wal', '-shm']) symlinkSync(file + part, join(mirror, `anythingllm.db${part}`));
  const before = stateOf(storage.folder);
  for (const folder of [linked, mirror]) {
    const source = Source.open(folder, scratch());
    onTestFinished(() => source.close());
    expect(slugs(source)).toEqual(['logged']);
    expect(source.hasChanged).toBe(false);
    source.close();
    expect(stateOf(storage.folder)).toEqual(before);
  }
});

test('only tables and stored columns of a hostile database are read, and no code in it runs', () => {
  const storage = newStorageDir();
  const endless = 'with recursive n(x) as (select 1 union all select x + 1 from n)';
  storage.database.exec(`
    drop table workspaces;
    create view workspaces as ${endless} select x as id, 'w' || x as slug from n;
    create view notes as ${endless} select x from n;
    create virtual table found using fts5(text);
    create table odd (id integer primary key, slug text, big text as (printf('%.*c', 900000000, 'x')),
      check (length(printf('%.*c', 900000000, 'x')) > 0 or slug = slug));
    pragma ignore_check_constraints = on;
    insert into odd (id, slug) values (1, 'a'), (2, 'b')`);
  storage.close();
  const source = openSource(storage);
  expect(source.count('workspaces')).toBe(0);
  expect(slugs(source)).toEqual([]);
  expect(source.tables()).not.toContain('notes');
  expect(source.tables()).not.toContain('found');
  expect(source.tables()).toContain('odd');
  expect([...source.rows('odd')].map((row) => row.characters)).toEqual([1, 1]);
});

test('a database that an uncommitted change locks is read as it was before the change', async () => {
  const storage = newStorageDir();
  storage.add('workspaces', { name: 'Docs', slug: 'docs' });
  const file = join(storage.folder, 'anythingllm.db');
  storage.close();
  const writer = join(scratch(), 'writer.mjs');
  // The cache is so small that the change is in the file, and only the journal can roll it back.
  writeFileSync(
    writer,
    `import { DatabaseSync } from 'node:sqlite';
    const database = new DatabaseSync(process.argv[2]);
    database.exec("pragma cache_size = 1; begin exclusive; update workspaces set slug = 'half-done'");
    const add = database.prepare("insert into workspaces (name, slug) values (?, ?)");
    for (let i = 0; i < 500; i++) add.run('x'.repeat(2000), 'slug-' + i);
    process.send('locked');
    setInterval(() => {}, 1000);`,
  );
  const child = fork(writer, [file], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  const before = stateOf(storage.folder);
  expect(slugs(openSource(storage))).toEqual(['docs']);
  expect(stateOf(storage.folder)).toEqual(before);
});

test('the next import deletes a copy that a killed import left', () => {
  const storage = newStorageDir();
  storage.database.exec('pragma journal_mode = wal');
  storage.add('workspaces', { name: 'Docs', slug: 'docs' });
  const scratchDir = scratch();
  cpSync(storage.folder, join(scratchDir, 'import-abc'), { recursive: true });
  openSource(storage, scratchDir);
  expect(readdirSync(scratchDir)).toEqual([]);
});

test('a truncated database is refused before anything is read from it', () => {
  const storage = newStorageDir();
  for (let i = 0; i < 200; i++) storage.add('workspaces', { name: 'x'.repeat(500), slug: `slug-${i}` });
  storage.close();
  truncateSync(join(storage.folder, 'anythingllm.db'), 40_000);
  expect(() => openSource(storage)).toThrow(/anythingllm\.db cannot be read .*stop AnythingLLM/);
});

test('a folder without a database, and a file that is not a database, are refused with a hint', () => {
  const empty = scratch();
  expect(() => Source.open(empty, empty)).toThrow(/There is no anythingllm\.db in/);
  writeFileSync(join(empty, 'anythingllm.db'), 'not a database '.repeat(100));
  expect(() => Source.open(empty, scratch())).toThrow(/cannot be read \(file is not a database\)/);
  writeFileSync(join(empty, 'anythingllm.db'), '');
  expect(() => Source.open(empty, scratch())).toThrow(/cannot be read \(no table of AnythingLLM is in it\)/);
});

test('a hint names the storage directory in a neighbouring folder', () => {
  const above = scratch();
  const folder = join(above, 'server', 'storage');
  mkdirSync(folder, { recursive: true });
  new StorageDir(folder).close();
  for (const near of [above, join(folder, 'documents'), join(folder, 'anythingllm.db')])
    expect(() => Source.open(near, above)).toThrow(`it is in ${folder}.`);
});

test('a write to the source during the import is noticed', () => {
  const storage = newStorageDir();
  storage.close();
  const source = openSource(storage);
  expect(source.hasChanged).toBe(false);
  const other = new DatabaseSync(join(storage.folder, 'anythingllm.db'));
  other.exec("insert into workspaces (name, slug) values ('new', 'new')");
  other.close();
  expect(source.hasChanged).toBe(true);
});

test('a missing table or column of an older version reads as empty', () => {
  const storage = newStorageDir({ without: ['embed_configs'] });
  storage.database.exec('alter table workspaces drop column vectorSearchMode');
  storage.add('workspaces', { name: 'Docs', slug: 'docs' });
  storage.close();
  const source = openSource(storage);
  expect([...source.rows('embed_configs')]).toEqual([]);
  expect(source.count('embed_configs')).toBe(0);
  expect([...source.rows('workspaces')].map((row) => row.text('vectorSearchMode'))).toEqual([undefined]);
});
