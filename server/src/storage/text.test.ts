import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOn, describeOnBothDatabases } from '../../test/databases.ts';
import { auditMigrations } from '../audit/index.ts';
import { DEFAULT_FOLDER, documentsMigrations } from '../documents/index.ts';
import { insertDocument, visibleIds } from '../documents/document-store.ts';
import { foldersMadeBy, insertFolder, listFolders, noteMaker } from '../documents/folder-store.ts';
import { keysMigrations } from '../keys/index.ts';
import { listKeys } from '../keys/store/key-list-store.ts';
import { insertKey } from '../keys/store/key-store.ts';
import { findOwnerByName, insertOwner } from '../keys/store/owner-store.ts';
import { foldCase, migrate, storageMigrations, type Storage } from './index.ts';

/** In order of their code points: no locale orders them so. */
const NAMES = [
  'B',
  'I',
  'Z',
  'a b',
  'a-b',
  'aB',
  'ab',
  'b',
  'i',
  'z',
  'Ä',
  'ß',
  'ä',
  'İ',
  'ı',
  'Σ',
  'ς',
  'σ',
  'ﬀ',
  '🗝️',
];
const SHUFFLED = NAMES.toSorted((a, b) => foldCase(b).localeCompare(foldCase(a)) || (a < b ? 1 : -1));

const MIGRATIONS = [...storageMigrations, ...auditMigrations, ...keysMigrations, ...documentsMigrations];
const OWNER = { kind: 'team', state: 'active', limits: [], budgets: [], createdAt: 1, revision: 1 } as const;
const NOBODY = { id: 'own', name: 'own', account: 'own', ...OWNER } as const;

const keyOf = (name: string, number: number) => ({
  id: `key_${String(number).padStart(3, '0')}`,
  number,
  owner: { ...NOBODY, limits: [], budgets: [] },
  parentId: null,
  name,
  role: null,
  grants: [],
  selectors: { models: null, workspaces: null, ips: null } as never,
  limits: [],
  budgets: [],
  expiresAt: null,
  storedState: 'active' as const,
  stateReason: null,
  revokedAt: null,
  createdAt: 1,
  createdBy: 'cli',
  lastUsedAt: null,
  metadata: {},
  tags: [],
  revision: 1,
  scopesSince: 1,
  ancestors: [],
});

async function addKeys(storage: Storage): Promise<void> {
  await storage.transaction(async (tx) => {
    await insertOwner(tx, { ...NOBODY, limits: [], budgets: [] });
    for (const [at, name] of NAMES.entries()) await insertKey(tx, keyOf(name, at + 1));
  });
}

async function search(storage: Storage, q: string): Promise<string[]> {
  const found = await listKeys(storage.db, { q }, { after: undefined, limit: 100, nowMs: 1 });
  return found.map(({ name }) => name).toSorted();
}

describeOnBothDatabases('odd names', (open) => {
  async function openAll(): Promise<Storage> {
    const { storage } = await open();
    await migrate(storage, MIGRATIONS, 1);
    return storage;
  }

  test('folders are listed in the order of their code points', async () => {
    const storage = await openAll();
    await storage.transaction(async (tx) => {
      for (const name of SHUFFLED) {
        await insertFolder(tx, { name, createdBy: 'key_a', nowMs: 1 });
        await noteMaker(tx, name, 'key_a');
      }
    });
    const listed = (await listFolders(storage.db)).filter((name) => name !== DEFAULT_FOLDER);
    expect(listed).toEqual(NAMES);
    expect(await foldersMadeBy(storage.db, 'key_a')).toEqual(NAMES);
  });

  test('documents are listed in the order of the code points of their folders and names', async () => {
    const storage = await openAll();
    await storage.transaction(async (tx) => {
      for (const folder of ['ab', 'B', 'Ä'])
        await insertFolder(tx, { name: folder, createdBy: 'key_a', nowMs: 1 });
      for (const folder of ['ab', 'B', 'Ä'])
        for (const name of SHUFFLED) {
          const metadata = { id: `${folder}/${name}`, token_count_estimate: 1 } as never;
          await insertDocument(tx, { folder, name, metadata, text: 'text', createdBy: 'k' }, 1);
        }
    });
    const ids: string[] = [];
    for await (const some of visibleIds(storage.db, 'all')) ids.push(...some);
    expect(ids).toEqual(['B', 'ab', 'Ä'].flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)));
  });

  test('names that differ only in case are names of different owners', async () => {
    const storage = await openAll();
    await storage.transaction(async (tx) => {
      for (const name of NAMES)
        expect(await insertOwner(tx, { ...NOBODY, limits: [], budgets: [], id: name, name })).toBe(true);
      expect(await insertOwner(tx, { ...NOBODY, limits: [], budgets: [], id: 'x', name: 'ä' })).toBe(false);
    });
    for (const name of NAMES) expect((await findOwnerByName(storage.db, name))?.id).toBe(name);
  });

  test.for([
    ['ä', ['Ä', 'ä']],
    ['Ä', ['Ä', 'ä']],
    ['i', ['I', 'i', 'İ']],
    ['I', ['I', 'i', 'İ']],
    ['ı', ['ı']],
    ['σ', ['Σ', 'ς', 'σ']],
    ['Σ', ['Σ', 'ς', 'σ']],
    ['ς', ['Σ', 'ς', 'σ']],
    ['B', ['B', 'a b', 'a-b', 'aB', 'ab', 'b']],
    ['ß', ['ß']],
    ['🗝', ['🗝️']],
    ['%', []],
  ] as const)('names of keys are found whatever their case: %s', async ([q, names]) => {
    const storage = await openAll();
    await addKeys(storage);
    expect(await search(storage, q)).toEqual([...names].toSorted());
  });

  test('names of keys that an older Keyward has made are found too', async () => {
    const { storage } = await open();
    await migrate(
      storage,
      MIGRATIONS.filter(({ id }) => id !== 'keys-folded-1'),
      1,
    );
    await storage.transaction(async (tx) => {
      await sql`insert into owners (id, name, kind, state, created_at, revision) values ('own', 'own', 'team', 'active', 1, 1)`.execute(
        tx,
      );
      for (const [at, name] of NAMES.entries())
        await sql`insert into keys (id, number, owner_id, name, grants, selectors, limits, budgets, state, created_at, created_by, metadata, tags, revision)
          values (${`key_${at}`}, ${at + 1}, 'own', ${name}, '[]', '{}', '[]', '[]', 'active', 1, 'cli', '{}', '[]', 1)`.execute(
          tx,
        );
    });
    await migrate(storage, MIGRATIONS, 2);
    expect(await search(storage, 'Ä')).toEqual(['Ä', 'ä']);
    expect(await search(storage, 'σ')).toEqual(['Σ', 'ς', 'σ']);
    // Made by one that still runs beside this one.
    await storage.transaction((tx) =>
      sql`update keys set name = 'Late', name_folded = null where number = 1`.execute(tx),
    );
    expect(await search(storage, 'LATE')).toEqual(['Late']);
  });
});

describeOn('postgres', 'a database whose text was ordered by a locale', (open) => {
  const OLD = 'create table old_names (name text primary key, other text references old_names (name))';

  test('a text column of an older database is ordered by code points after the next start, and keeps its keys and references', async () => {
    const { storage } = await open();
    await migrate(storage, storageMigrations, 1);
    await storage.transaction(async (tx) => {
      await sql.raw(OLD).execute(tx);
      for (const name of NAMES) await sql`insert into old_names (name) values (${name})`.execute(tx);
      await sql`update old_names set other = name`.execute(tx);
    });
    const ordered = async (): Promise<string[]> =>
      (await sql<{ name: string }>`select name from old_names order by name`.execute(storage.db)).rows.map(
        ({ name }) => name,
      );
    expect(await ordered()).not.toEqual(NAMES);
    await migrate(storage, storageMigrations, 2);
    expect(await ordered()).toEqual(NAMES);
    const dangling = storage.transaction((tx) => sql`update old_names set other = 'none'`.execute(tx));
    await expect(dangling).rejects.toThrow(/foreign key/);
  });

  test('a view that reads a table causes a StartupError with the next step', async () => {
    const { storage } = await open();
    await storage.transaction(async (tx) => {
      await sql.raw(OLD).execute(tx);
      await sql`create view mine as select name from old_names`.execute(tx);
    });
    await expect(migrate(storage, storageMigrations, 1)).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringMatching(/old_names.*drop views/),
    });
  });
});
