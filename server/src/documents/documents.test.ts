import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { NO_SELECTORS, type Caller } from '../access/index.ts';
import { systemClock } from '../base/clock.ts';
import { auditOn } from '../audit/audit.fixture.ts';
import { auditMigrations, list } from '../audit/index.ts';
import { migrate, storageMigrations, type Db, type Storage } from '../storage/index.ts';
import type { NewDocument } from './document.ts';
import { Documents, type DocumentsOptions } from './documents.ts';
import { addMember } from './members-store.ts';
import { documentsMigrations } from './migrations.ts';

const caller: Caller = {
  keyId: 'key_a',
  keyName: 'a',
  ownerId: 'own_a',
  grants: ['*'],
  scopes: new Set(['*']),
  selectors: NO_SELECTORS,
  expiresAt: null,
  limits: [],
  budgets: [],
  holders: [],
  ancestors: [],
};
const bound: Caller = {
  ...caller,
  selectors: { ...NO_SELECTORS, workspaces: { allow: ['mine'], deny: [] } },
};

function newDocument({
  folder = 'f',
  name,
  text = 'text',
}: {
  folder?: string;
  name?: string;
  text?: string;
}): NewDocument {
  const id = randomUUID();
  const said = {
    url: '',
    title: 't',
    docAuthor: '',
    description: '',
    docSource: '',
    chunkSource: '',
    published: '',
  };
  const metadata = { id, ...said, wordCount: 1, token_count_estimate: 3 };
  return { folder, name: name ?? `${id}.json`, metadata, text, createdBy: 'key_a' };
}

/** Workspaces and vectors belong to modules to the right: here are none. */
const documentsOn = (storage: Storage, options: Partial<DocumentsOptions> = {}): Documents =>
  new Documents({
    storage,
    clock: systemClock,
    audit: auditOn(storage),
    coverage: async () => [],
    vectors: { forget: async () => undefined, embeddedAmong: async () => new Set() },
    ...options,
  });

describeOnBothDatabases('documents', (open) => {
  let storage: Storage;
  let documents: Documents;

  beforeEach(async () => {
    ({ storage } = await open([...storageMigrations, ...auditMigrations, ...documentsMigrations]));
    documents = documentsOn(storage);
  });

  const add = async (fields: Parameters<typeof newDocument>[0] = {}) => {
    const document = await storage.transaction((tx) => documents.add(tx, newDocument(fields)));
    if (document === undefined) throw new Error('the place is taken');
    return document;
  };

  test('Texts of any length are kept, and so are those that were stored before texts were cut into pieces', async () => {
    const long = `x${'🌍'.repeat(300_000)}`;
    for (const text of ['', long])
      expect(await documents.text(storage.db, (await add({ text })).id)).toBe(text);
    const old = (await open()).storage;
    const pieces = documentsMigrations.findIndex(({ id }) => id === 'documents-3');
    await migrate(old, [...storageMigrations, ...documentsMigrations.slice(0, pieces)], 0);
    await old.transaction(async (tx) => {
      await sql`insert into document_folders values ('f', 'own_a', 0)`.execute(tx);
      await sql`insert into documents values ('a', 'f', 'a.json', '{}', 0, 'own_a', 0, 0)`.execute(tx);
      await sql`insert into document_texts values ('a', 'Turnips.')`.execute(tx);
    });
    await migrate(old, [...storageMigrations, ...documentsMigrations], 0);
    expect(await documents.text(old.db, 'a')).toBe('Turnips.');
  });

  test('A document is found by location and by id, with its text', async () => {
    const one = await add({ text: 'Turnips.' });
    expect(await documents.find(storage.db, one.location)).toEqual(one);
    expect(await documents.find(storage.db, `/${one.location}`)).toEqual(one);
    expect(await documents.byIds(storage.db, [one.id, 'nope'])).toEqual([one]);
    expect(await documents.text(storage.db, one.id)).toBe('Turnips.');
    for (const location of ['', 'f', 'f/nope.json', 'a/b/c', `../${one.location}`])
      expect(await documents.find(storage.db, location)).toBeUndefined();
    expect(await documents.text(storage.db, 'nope')).toBeUndefined();
  });

  test('A place has one document', async () => {
    await add({ name: 'a.json' });
    const second = await storage.transaction((tx) => documents.add(tx, newDocument({ name: 'a.json' })));
    expect(second).toBeUndefined();
  });

  test('A document is removed together with what other modules keep of it, or not at all', async () => {
    const one = await add();
    await storage.transaction((tx) => addMember(tx, { collectionId: 7, documentId: one.id, nowMs: 0 }));
    const removed: string[] = [];
    let isBroken = true;
    const forget = async (_tx: Db, ids: readonly string[]): Promise<void> => {
      removed.push(...ids);
      if (isBroken) throw new Error('broken');
    };
    documents = documentsOn(storage, { vectors: { forget, embeddedAmong: async () => new Set() } });
    await expect(documents.removeByLocation(caller, [one.location])).rejects.toThrow('broken');
    expect(await documents.find(storage.db, one.location)).toEqual(one);
    isBroken = false;
    await documents.removeByLocation(caller, [one.location]);
    expect(await documents.find(storage.db, one.location)).toBeUndefined();
    expect(await documents.memberships(storage.db, [one.id])).toEqual([]);
    expect(removed).toEqual([one.id, one.id]);
  });

  test('More documents than one statement accepts are removed and read at once', async () => {
    await storage.transaction(async (tx) => {
      for (let i = 0; i < 1_100; i++) await documents.add(tx, newDocument({}));
    });
    const [folder] = await documents.tree(caller);
    expect(folder?.documents).toHaveLength(1_100);
    const ids = folder?.documents.map(({ id }) => id) ?? [];
    expect(await documents.byIds(storage.db, ids)).toHaveLength(1_100);
    await documents.removeByLocation(caller, folder?.documents.map(({ name }) => `f/${name}`) ?? []);
    expect((await documents.tree(caller))[0]?.documents).toEqual([]);
  });

  test('A document that is added while its folder is removed is removed with it, or makes it again', async () => {
    const second = documentsOn(storage);
    for (let round = 0; round < 10; round++) {
      const [one, , two, , three] = await Promise.all([
        add(),
        second.removeFolder(caller, 'f'),
        add(),
        second.removeFolder(caller, 'f'),
        add(),
      ]);
      const left = (await documents.tree(caller)).find(({ name }) => name === 'f')?.documents ?? [];
      const leftIds = new Set(left.map(({ id }) => id));
      for (const { id, location } of [one, two, three])
        expect((await documents.find(storage.db, location)) !== undefined).toBe(leftIds.has(id));
    }
  });

  test('A key that is bound to workspaces sees the documents of these workspaces', async () => {
    const one = await add();
    await storage.transaction((tx) => addMember(tx, { collectionId: 7, documentId: one.id, nowMs: 0 }));
    expect(await documents.tree({ ...bound, keyId: 'key_b' })).toEqual([]);
    documents = documentsOn(storage, { coverage: async () => [7, 8] });
    expect(await documents.tree({ ...bound, keyId: 'key_b' })).toMatchObject([
      { name: 'f', documents: [{ id: one.id }] },
    ]);
    documents = documentsOn(storage);
    // The key added it, but a workspace holds it that the key does not cover.
    expect(await documents.find(storage.db, one.location, await documents.viewer(bound))).toBeUndefined();
  });

  test('Added, removed and moved documents are in the audit record, requests that change nothing are not', async () => {
    const one = await add({ name: 'a.json' });
    const two = await add({ name: 'b.json' });
    await documents.createFolder(caller, 'g');
    await documents.createFolder(caller, 'g');
    await documents.move(caller, [
      { from: { folder: 'f', name: 'a.json' }, to: { folder: 'g', name: 'a.json' } },
    ]);
    await documents.move(caller, [
      { from: { folder: 'f', name: 'a.json' }, to: { folder: 'g', name: 'a.json' } },
    ]);
    await documents.removeByLocation(caller, [one.location, two.location]);
    await documents.removeByLocation(caller, [two.location]);
    await documents.removeFolder(caller, 'g');
    await documents.removeFolder(caller, 'g');
    const { items } = await list(storage.db, { limit: 50 });
    expect(
      items.map(({ actor, action, target, details }) => [actor, action, target, details['count']]),
    ).toEqual([
      ['key:key_a', 'documents.remove_folder', 'g', 1],
      ['key:key_a', 'documents.remove', 'documents', 1],
      ['key:key_a', 'documents.move', 'documents', 1],
      ['key:key_a', 'documents.create_folder', 'g', undefined],
    ]);
    expect(items[1]?.details).toMatchObject({ first: ['f/b.json'], actor_name: 'a' });
  });

  test('Documents with long names fit into the audit record', async () => {
    await documents.createFolder(caller, 'long');
    const names = Array.from({ length: 60 }, (_, i) => `${'ä'.repeat(100)}${i}.json`);
    for (const name of names) await add({ name });
    const moves = names.map((name) => ({ from: { folder: 'f', name }, to: { folder: 'long', name } }));
    expect(await documents.move(caller, moves)).toBe(0);
    await documents.removeFolder(caller, 'long');
    const { items } = await list(storage.db, { limit: 1 });
    expect(items[0]).toMatchObject({ action: 'documents.remove_folder', details: { count: 60 } });
  });

  test('A listed document says whether its vectors are there', async () => {
    const one = await add();
    const item = async () => (await documents.findByName(caller, one.name))?.isCached;
    expect(await item()).toBe(false);
    const vectors = { forget: async () => undefined, embeddedAmong: async () => new Set([one.id]) };
    documents = documentsOn(storage, { vectors });
    expect(await item()).toBe(true);
  });
});
