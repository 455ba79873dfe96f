import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { createUser, updateUser } from '../identity/index.ts';
import { newStorageDir, type StorageDir } from './anythingllm.fixture.ts';
import { changed, countOf, leftOut, openTestMove } from './moving.fixture.ts';

const HASH = bcrypt.hashSync('correct horse', 4);
const ANSWER = JSON.stringify({ text: 'Yes.' });

/** A workspace with the id 1. */
const withWorkspace = (from: StorageDir): number => from.add('workspaces', { name: 'Docs', slug: 'docs' });

describeOnBothDatabases('odd storage directories', (open) => {
  test('a name that exists here or twice in the source gets a number appended', async () => {
    const from = newStorageDir();
    from.database.exec('drop table workspaces; create table workspaces (id integer, name text, slug text)');
    from.database.exec("insert into workspaces values (1, 'A', 'docs'), (2, 'B', 'docs'), (3, 'C', 'docs')");
    from.add('users', { username: 'anna', password: HASH });
    const to = await openTestMove(open);
    await createUser(to.identity, { kind: 'cli' }, { username: 'anna', password: 'another horse' });
    const dry = await to.dryRun(from);
    const report = await to.import(from);
    expect(changed(dry)).toEqual(changed(report));
    const slugs = (await to.workspaces.list('everything')).map(({ id, slug }) => [id, slug]);
    expect(slugs).toEqual([
      [1, 'docs'],
      [2, 'docs-2'],
      [3, 'docs-3'],
    ]);
    expect(await to.identity.listUsers()).toMatchObject([
      { id: 1, username: 'anna' },
      { id: 2, username: 'anna-2' },
    ]);
  });

  test('things of a deleted user or workspace are left out, each with its reason', async () => {
    const from = newStorageDir();
    const docs = withWorkspace(from);
    const response = ANSWER;
    from.add('workspace_users', { user_id: 7, workspace_id: docs });
    from.add('workspace_threads', { name: 'x', slug: 'x', workspace_id: 99 });
    from.add('workspace_threads', { name: 'y', slug: 'y', workspace_id: docs, user_id: 7 });
    from.add('workspace_chats', { workspaceId: 99, prompt: 'a', response });
    from.add('workspace_chats', { workspaceId: docs, prompt: 'a', response, thread_id: 99 });
    from.add('workspace_chats', { workspaceId: docs, prompt: 'a', response, user_id: 7 });
    from.add('embed_configs', { uuid: 'an-embed', workspace_id: 99 });
    from.add('embed_chats', { prompt: 'a', response, session_id: 's', embed_id: 1 });
    from.add('workspace_documents', {
      docId: 'a',
      filename: 'gone.json',
      docpath: 'custom-documents/gone.json',
      workspaceId: docs,
    });
    const report = await (await openTestMove(open)).import(from);
    expect(leftOut(report)).toEqual({
      'member: its user is gone or was left out': ['1'],
      'thread: its workspace is gone or was left out': ['1 (x)'],
      'thread: its user is gone or was left out': ['2 (y)'],
      'placement: its document is missing or was left out': ['1 (custom-documents/gone.json)'],
      'chat: its workspace is gone or was left out': ['1'],
      'chat: its thread is gone or was left out': ['2'],
      'chat: its user is gone or was left out': ['3'],
      'embed: its workspace is gone or was left out': ['1 (an-embed)'],
      'embed chat: its widget is gone or was left out': ['1'],
    });
  });

  test('a key of a deleted user stays valid, and an invalid key is left out without its text', async () => {
    const from = newStorageDir();
    const secret = '1234567-ABCDEFG-7654321-GFEDCBA';
    from.add('api_keys', { name: null, secret, createdBy: 99 });
    from.add('api_keys', { name: 'empty', secret: null });
    from.add('api_keys', { name: 'short', secret: 'my-short-secret' });
    from.add('api_keys', { name: `named ${secret}x`, secret: `${secret}x` });
    const to = await openTestMove(open);
    const report = await to.import(from);
    expect(countOf(report, 'key')).toEqual({ found: 4, taken: 2, known: 0, left_out: 2 });
    expect(await to.keys.verifier.identify(secret)).toMatchObject({ valid: true });
    expect(JSON.stringify(report)).not.toMatch(/1234567|short-secret/);
  });

  test('a key of a suspended user is left out, and is imported once the user is active', async () => {
    const from = newStorageDir();
    const ben = from.add('users', { username: 'ben', password: HASH, suspended: 1 });
    const secret = '1234567-ABCDEFG-7654321-GFEDCBA';
    from.add('api_keys', { name: 'of ben', secret, createdBy: ben });
    const to = await openTestMove(open);
    const dry = await to.dryRun(from);
    const report = await to.import(from);
    expect(countOf(report, 'key')).toMatchObject({ taken: 0, left_out: 1 });
    expect(dry.left_out).toEqual(report.left_out);
    expect(JSON.stringify(report.left_out)).toContain('suspended');
    expect(await to.keys.verifier.identify(secret)).toMatchObject({ valid: false });
    await updateUser(to.identity, { kind: 'cli' }, { id: ben, input: { suspended: 0 } });
    expect(countOf(await to.import(from), 'key')).toMatchObject({ taken: 1, left_out: 0 });
    expect(await to.keys.verifier.identify(secret)).toMatchObject({ valid: true });
  });

  test('a user with an unknown role gets the role default, and one with an unknown hash is left out', async () => {
    const from = newStorageDir();
    from.add('users', { username: 'root', password: HASH, role: 'superuser', bio: 'x'.repeat(5000) });
    from.add('users', { username: 'plain', password: 'hunter2hunter2' });
    from.add('users', { username: null, password: HASH });
    from.add('users', { username: 'Upper.Case@Example.com', password: HASH, dailyMessageLimit: -3 });
    const to = await openTestMove(open);
    const report = await to.import(from);
    expect(await to.identity.listUsers()).toMatchObject([
      { id: 1, username: 'root', role: 'default', bio: 'x'.repeat(1000) },
      { id: 4, username: 'Upper.Case@Example.com', dailyMessageLimit: null },
    ]);
    expect(report.users).toBe('unchanged');
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

  test('an import without an administrator does not turn on multi-user mode', async () => {
    const from = newStorageDir();
    from.add('system_settings', { label: 'multi_user_mode', value: 'true' });
    from.add('users', { username: 'ben', password: HASH });
    const to = await openTestMove(open);
    expect((await to.dryRun(from)).users).toBe('no administrator');
    expect((await to.import(from)).users).toBe('no administrator');
    expect(await to.identity.mode()).toBe('setup');
  });

  test('a file that is not a document is left out, and the others are imported', async () => {
    const from = newStorageDir();
    const good = from.addDocument(
      'custom-documents/good.json',
      'Good text with a \0 in it and half a pair \ud800.',
    );
    from.addFile('custom-documents/broken.json', '{"id": "a", "pageCont');
    from.addFile('custom-documents/list.json', '[1, 2]');
    from.addDocument('custom-documents/empty.json', ' ');
    from.addFile('custom-documents/readme.md', '# x');
    from.addFile('custom-documents/.DS_Store', 'x');
    from.addFile('root.json', '{}');
    from.addDocument('custom-documents/two\nlines.json', 'Text.');
    symlinkSync('/etc/passwd', join(from.folder, 'documents/custom-documents/link.json'));
    from.addFile('deep/er/one.json', '{}');
    const to = await openTestMove(open);
    const report = await to.import(from);
    expect(leftOut(report)).toEqual({
      'document: its file is not the JSON of a document': [
        'custom-documents/broken.json',
        'custom-documents/list.json',
      ],
      'document: it contains no text': ['custom-documents/empty.json'],
      'document: its name does not end with .json': ['custom-documents/readme.md'],
      'document: it is not a regular file': ['custom-documents/link.json', 'deep/er'],
      'document: its name contains characters that are not allowed here': [
        'custom-documents/two\nlines.json',
      ],
      'document: it is not in a folder': ['root.json'],
    });
    const document = await to.documents.find(to.storage.db, good);
    expect(document?.metadata).toMatchObject({ title: 'good', docAuthor: 'Unknown' });
    expect(await to.documents.text(to.storage.db, document?.id ?? '')).toBe(
      'Good text with a  in it and half a pair \ufffd.',
    );
  });

  test('a documents folder that is a file is reported, and the rest is imported', async () => {
    const from = newStorageDir();
    withWorkspace(from);
    rmSync(join(from.folder, 'documents'), { recursive: true });
    writeFileSync(join(from.folder, 'documents'), 'a file');
    const report = await (await openTestMove(open)).import(from);
    expect(leftOut(report)).toEqual({ 'document: its folder cannot be read (ENOTDIR)': ['documents'] });
    expect(countOf(report, 'workspace').taken).toBe(1);
  });

  test('a document that a workspace contains twice is imported once, also after a repeat', async () => {
    const from = newStorageDir();
    const workspaceId = withWorkspace(from);
    const docpath = from.addDocument('custom-documents/note.json', 'A note.');
    for (const docId of ['a', 'b'])
      from.add('workspace_documents', { docId, filename: 'note.json', docpath, workspaceId });
    const to = await openTestMove(open);
    const counts = async () => countOf(await to.import(from), 'placement');
    expect(await counts()).toEqual({ found: 2, taken: 1, known: 0, left_out: 1 });
    expect(await counts()).toEqual({ found: 2, taken: 0, known: 2, left_out: 0 });
  });

  test('two imports at the same time import nothing twice', async () => {
    const from = newStorageDir();
    const workspaceId = withWorkspace(from);
    from.add('users', { username: 'anna', password: HASH, role: 'admin' });
    for (let i = 0; i < 250; i++)
      from.add('workspace_chats', { workspaceId, prompt: `${i}`, response: ANSWER });
    const to = await openTestMove(open);
    // One of them may fail because of the other; a repeat takes the rest.
    await Promise.allSettled([to.import(from), to.import(from)]);
    await to.import(from);
    const place = { workspaceId: 1, threadId: null, apiSessionId: null };
    const prompts: string[] = [];
    for await (const page of to.workspaces.chats.history(place, { limit: 1_000, order: 'asc' }))
      prompts.push(...page.map(({ prompt }) => prompt));
    expect(prompts.toSorted()).toEqual(Array.from({ length: 250 }, (_, i) => `${i}`).toSorted());
    expect((await to.workspaces.list('everything')).map(({ slug }) => slug)).toEqual(['docs']);
    expect((await to.identity.listUsers()).map(({ username }) => username)).toEqual(['anna']);
  });

  test('two documents with the same id are imported with different ids', async () => {
    const from = newStorageDir();
    const id = '47f53379-1838-4418-aae3-1cc2d6ba4966';
    from.addDocument('a/one.json', 'One.', { id });
    from.addDocument('b/two.json', 'Two.', { id });
    const to = await openTestMove(open);
    const report = await to.import(from);
    expect(countOf(report, 'document').taken).toBe(2);
    const { db } = to.storage;
    const found = [await to.documents.find(db, 'a/one.json'), await to.documents.find(db, 'b/two.json')];
    expect(found[0]?.id).toBe(id);
    expect(found[1]?.id).not.toBe(id);
  });

  test('a very long chat is imported whole, and an answer that is not JSON as plain text', async () => {
    const from = newStorageDir();
    const docs = withWorkspace(from);
    const text = 'word '.repeat(1_000_000);
    from.add('workspace_chats', { workspaceId: docs, prompt: text, response: JSON.stringify({ text }) });
    from.add('workspace_chats', { workspaceId: docs, prompt: 'old', response: 'just words \0' });
    from.add('workspace_chats', { workspaceId: docs, prompt: 'odd', response: '{"sources": 7}' });
    const to = await openTestMove(open);
    const report = await to.import(from);
    expect(changed(report)).toEqual({
      'chat: its answer was not the usual JSON: it is kept as plain text': ['2', '3'],
    });
    const place = { workspaceId: 1, threadId: null, apiSessionId: null };
    const texts: string[] = [];
    for await (const page of to.workspaces.chats.history(place, { limit: 10, order: 'asc' }))
      texts.push(...page.map(({ response }) => response.text));
    expect(texts).toEqual([text, 'just words ', '{"sources": 7}']);
  });

  test('values of unexpected types, times of other forms, and settings out of bounds are read', async () => {
    const from = newStorageDir();
    from.add('workspaces', {
      name: 'Odd',
      slug: 'odd',
      openAiTemp: 'warm',
      openAiHistory: -3,
      similarityThreshold: 7,
      topN: 'many',
      chatMode: 'shout',
      vectorSearchMode: null,
      router_id: 3,
      createdAt: '2024-02-03 04:05:06',
      lastUpdatedAt: new Uint8Array([1]),
    });
    const to = await openTestMove(open);
    const report = await to.import(from);
    expect(await to.workspaces.findCovered('everything', 'odd')).toMatchObject({
      openAiTemp: null,
      openAiHistory: 0,
      similarityThreshold: 1,
      topN: 4,
      chatMode: 'automatic',
      vectorSearchMode: 'default',
      routerId: null,
      createdAt: Date.parse('2024-02-03T04:05:06Z'),
    });
    expect(changed(report)).toEqual({
      'workspace: it chose its model by rules, which were left out': ['1 (odd)'],
    });
  });

  test('a widget with an unreadable list of sites is left out: without it any site could show it', async () => {
    const from = newStorageDir();
    const workspace_id = withWorkspace(from);
    from.add('embed_configs', { uuid: 'any', workspace_id, allowlist_domains: null });
    from.add('embed_configs', { uuid: 'some', workspace_id, allowlist_domains: '["https://a.example"]' });
    from.add('embed_configs', { uuid: 'broken', workspace_id, allowlist_domains: '["https://a.exa' });
    from.add('embed_configs', { uuid: 'nobody', workspace_id, allowlist_domains: '[]' });
    const report = await (await openTestMove(open)).import(from);
    expect(leftOut(report)).toEqual({
      'embed: its list of allowed sites cannot be read': ['3 (broken)', '4 (nobody)'],
    });
  });

  test('the report names tables that the import does not read, and unknown columns are ignored', async () => {
    const from = newStorageDir({ without: ['embed_configs', 'embed_chats', 'workspace_suggested_messages'] });
    withWorkspace(from);
    from.database.exec("alter table workspaces add column mood text default 'good'");
    from.database.exec(
      'create table slash_command_presets (id integer); insert into slash_command_presets values (1)',
    );
    const report = await (await openTestMove(open)).import(from);
    expect(report.not_taken).toEqual([{ table: 'slash_command_presets', rows: 1 }]);
    expect(countOf(report, 'workspace').taken).toBe(1);
  });
});
