import bcrypt from 'bcryptjs';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { listMembers } from '../documents/index.ts';
import { loginUser, subjectOfUser, type Session } from '../identity/index.ts';
import { listExtensionKeys } from '../widgets/index.ts';
import { MADE_AT, newStorageDir, stateOf, type StorageDir } from './anythingllm.fixture.ts';
import { countImported } from '../retrieval/index.ts';
import { countOf, everythingIn, leftOut, openTestMove } from './moving.fixture.ts';

const KEY = '6Y4XKQN-8GWMX3R-PHC5H4K-2J8DZ6T';
const EXTENSION_KEY = 'brx-0J3VQ7W-9XWMT4A-M5RZ2C8-7KD1FGH';
const HUB_KEY = 'hub-4f9c2a7b18d3e650';
const PASSWORD = 'correct horse';
const HASH = bcrypt.hashSync(PASSWORD, 4);

const ADMIN: Session = { id: 'x', actor: { kind: 'cli' }, expiresAt: Infinity, kind: 'admin' };

/** An instance in multi-user mode with some things of each kind. */
function smallInstance(): StorageDir {
  const from = newStorageDir();
  from.add('system_settings', { label: 'multi_user_mode', value: 'true' });
  from.add('system_settings', { label: 'hub_api_key', value: HUB_KEY });
  from.add('system_settings', { label: 'custom_app_name', value: 'Our knowledge' });
  const anna = from.add('users', { username: 'anna', password: HASH, role: 'admin', bio: 'The first' });
  const ben = from.add('users', { username: 'ben', password: HASH, suspended: 1 });
  from.add('api_keys', { name: 'CI', secret: KEY, createdBy: anna });
  from.add('browser_extension_api_keys', { key: EXTENSION_KEY, user_id: anna });
  from.add('workspaces', { name: 'Removed long ago', slug: 'gap' });
  from.database.exec("delete from workspaces where slug = 'gap'");
  const docs = from.add('workspaces', {
    name: 'Docs',
    slug: 'docs',
    openAiTemp: 0.3,
    topN: 6,
    chatMode: 'query',
    openAiPrompt: 'Answer briefly.',
    similarityThreshold: 0.5,
  });
  from.add('workspace_users', { user_id: ben, workspace_id: docs });
  from.add('workspace_suggested_messages', { workspaceId: docs, heading: 'Start', message: 'What is this?' });
  const thread = from.add('workspace_threads', {
    name: 'Plans',
    slug: 'plans',
    workspace_id: docs,
    user_id: anna,
  });
  const response = JSON.stringify({ text: 'Yes.', sources: [{ title: 'a' }], type: 'chat', metrics: {} });
  from.add('workspace_chats', { workspaceId: docs, prompt: 'Ready?', response, feedbackScore: 1 });
  from.add('workspace_chats', { workspaceId: docs, prompt: 'And now?', response, api_session_id: 'shop-1' });
  from.add('workspace_chats', {
    workspaceId: docs,
    prompt: 'Of the thread',
    response,
    thread_id: thread,
    user_id: anna,
  });
  const note = from.addDocument('custom-documents/note.json', 'The ferry leaves at nine.');
  from.addDocument('reports/year-47f53379-1838-4418-aae3-1cc2d6ba4966.json', 'Sales went up.');
  from.add('workspace_documents', {
    docId: 'a',
    filename: 'note.json',
    docpath: note,
    workspaceId: docs,
    pinned: 1,
  });
  const embed = from.add('embed_configs', {
    uuid: '0b9d8f0e-6c37-4e29-9f0b-6a2d5a0f5b1c',
    enabled: 1,
    workspace_id: docs,
    allowlist_domains: '["https://shop.example"]',
    max_chats_per_day: 40,
    createdBy: anna,
  });
  const connection = JSON.stringify({ host: 'https://shop.example', ip: '203.0.113.77', username: null });
  from.add('embed_chats', {
    prompt: 'Open?',
    response,
    session_id: 'visitor',
    embed_id: embed,
    connection_information: connection,
  });
  from.add('system_prompt_variables', {
    key: 'company',
    value: 'Example Ltd',
    type: 'static',
    updatedAt: MADE_AT,
  });
  from.add('invites', { code: 'ABCDEFG-1234567', createdBy: anna, workspaceIds: JSON.stringify([docs]) });
  from.close();
  return from;
}

describeOnBothDatabases('moving in from AnythingLLM', (open) => {
  test('an import takes everything that people made, and does not change the source', async () => {
    const from = smallInstance();
    const before = stateOf(from.folder);
    const to = await openTestMove(open);
    const ended: unknown[] = [];
    to.keys.nodes.runs.enter({
      subjects: () => [subjectOfUser(null)],
      end: (by) => void ended.push(by),
      endsAt: () => Infinity,
      staysWithin: () => false,
      describe: () => ({ key_id: null, owner_id: null, route: 'test', startedAt: 0 }),
    });
    const report = await to.import(from);
    // The import ended the sessions of the one password with their requests.
    expect(ended).toEqual(['session_ended']);
    expect(stateOf(from.folder)).toEqual(before);
    expect(leftOut(report)).toEqual({
      'setting: it is turned on with the imported users': ['multi_user_mode'],
    });
    expect(report).toMatchObject({ dry_run: false, users: 'admitted', source_changed: false, changed: [] });
    for (const { kind, found, taken, left_out } of report.counts)
      expect([kind, found, left_out]).toEqual([kind, taken + left_out, kind === 'setting' ? 1 : 0]);

    const { db } = to.storage;
    const workspace = await to.workspaces.findCovered('everything', 'docs');
    expect(workspace).toMatchObject({
      id: 2,
      name: 'Docs',
      openAiTemp: 0.3,
      openAiHistory: 20,
      openAiPrompt: 'Answer briefly.',
      similarityThreshold: 0.5,
      topN: 6,
      chatMode: 'query',
      vectorSearchMode: 'default',
      createdAt: MADE_AT,
    });
    expect(await to.identity.listUsers()).toMatchObject([
      { id: 1, username: 'anna', role: 'admin', suspended: false, bio: 'The first' },
      { id: 2, username: 'ben', role: 'default', suspended: true },
    ]);
    expect(await to.identity.mode()).toBe('multi-user');
    expect(await to.settings.get('custom_app_name')).toBe('Our knowledge');
    const note = await to.documents.find(db, 'custom-documents/note.json');
    expect(await to.documents.text(db, note?.id ?? '')).toBe('The ferry leaves at nine.');
    const year = await to.documents.find(db, 'reports/year-47f53379-1838-4418-aae3-1cc2d6ba4966.json');
    expect(year?.id).toBe('47f53379-1838-4418-aae3-1cc2d6ba4966');
    expect(await listMembers(db, 2)).toMatchObject([{ documentId: note?.id, pinned: true }]);
    expect((await countImported(db)).left).toBe(1);
    type Payer = { owner_id: string | null; payer_key_id: string | null };
    const embeds = db.withTables<{ embeds: Payer }>().selectFrom('embeds');
    expect(await embeds.select(['owner_id', 'payer_key_id']).execute()).toEqual([
      { owner_id: (await to.identity.getUser(1))?.ownerId, payer_key_id: null },
    ]);
  });

  test('an imported key keeps its text and its rights, and only its digest is stored', async () => {
    const to = await openTestMove(open);
    await to.import(smallInstance());
    const found = await to.keys.verifier.identify(KEY);
    const anna = await to.identity.getUser(1);
    expect(found).toMatchObject({ valid: true, caller: { keyName: 'CI', ownerId: anna?.ownerId } });
    const scopes = found.valid ? [...found.caller.scopes] : [];
    expect(scopes).toEqual(expect.arrayContaining(['workspaces:chat', 'documents:write', 'users:manage']));
    expect(scopes.filter((scope) => /^(keys|owners|audit|usage|models:manage)/.test(scope))).toEqual([]);
    expect(await to.keys.verifier.identify(EXTENSION_KEY)).toMatchObject({ valid: true });
    expect(await listExtensionKeys(to.identity, ADMIN)).toMatchObject([{ user: { username: 'anna' } }]);
    expect(await to.settings.get('hub_api_key')).toBe(HUB_KEY);
    const everything = await everythingIn(to);
    expect(everything).toContain('Example Ltd');
    // Only the network of a visitor's address is stored.
    expect([everything.includes('203.0.113.0'), everything.includes('203.0.113.77')]).toEqual([true, false]);
    // The last four characters of a key are shown.
    expect(
      [...KEY.split('-').slice(0, 3), ...EXTENSION_KEY.split('-').slice(1, 4), HASH, HUB_KEY].filter((part) =>
        everything.includes(part),
      ),
    ).toEqual([]);
  });

  test('an imported user logs in with the old password, and a suspended one does not', async () => {
    const to = await openTestMove(open);
    await to.import(smallInstance());
    const login = (username: string, password: string) =>
      loginUser(to.identity, { username, password, ip: '127.0.0.1' });
    expect(await login('anna', 'wrong horse')).toMatchObject({ ok: false, why: 'credentials' });
    for (let times = 0; times < 2; times++)
      expect(await login('anna', PASSWORD)).toMatchObject({ ok: true, user: { username: 'anna' } });
    expect(await login('ben', PASSWORD)).toMatchObject({ ok: false });
  });

  test('a repeated import takes only new things, and things that were removed here stay removed', async () => {
    const from = smallInstance();
    const to = await openTestMove(open);
    const first = await to.import(from);
    const again = await to.import(from);
    for (const { kind, taken, known } of again.counts)
      expect([kind, taken, known]).toEqual([kind, 0, countOf(first, kind).taken]);

    from.open();
    const response = JSON.stringify({ text: 'Later.' });
    from.add('workspace_chats', { workspaceId: 2, prompt: 'New since', response });
    from.close();
    await to.workspaces.remove({ kind: 'system' }, 'everything', 'docs');
    const third = await to.import(from);
    expect(countOf(third, 'workspace')).toEqual({ found: 1, taken: 0, known: 1, left_out: 0 });
    expect(countOf(third, 'chat')).toEqual({ found: 4, taken: 0, known: 3, left_out: 1 });
    expect(leftOut(third)).toMatchObject({ 'chat: its workspace is gone or was left out': ['4'] });
    expect(await to.workspaces.list('everything')).toEqual([]);
  });

  test('a dry run gives the same report and writes nothing', async () => {
    const from = smallInstance();
    const to = await openTestMove(open);
    const dry = await to.dryRun(from);
    expect(await to.workspaces.list('everything')).toEqual([]);
    expect(await to.identity.listUsers()).toEqual([]);
    const real = await to.import(from);
    expect({ ...dry, dry_run: false }).toEqual(real);
  });
});
