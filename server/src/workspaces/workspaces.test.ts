import { beforeEach, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { MIGRATIONS } from '../app.ts';
import { NO_SELECTORS } from '../access/index.ts';
import { auditOn } from '../audit/audit.fixture.ts';
import { systemClock as clock } from '../base/clock.ts';
import { Sealing } from '../sealing/index.ts';
import { Settings } from '../settings/index.ts';
import { type Storage } from '../storage/index.ts';
import { emptyWidgets } from '../widgets/index.ts';
import { Workspaces, type Workspace } from './index.ts';

const SYSTEM = { kind: 'system' } as const;
const sealing = Sealing.open({ masterKey: new Uint8Array(32).fill(7) });

/** A key that is bound to one workspace. */
const boundTo = (slug: string) => ({
  scopes: new Set(['workspaces:read']),
  selectors: { ...NO_SELECTORS, workspaces: { allow: [slug], deny: [] } },
});

describeOnBothDatabases('the rules of workspaces', (open) => {
  let storage: Storage;
  let workspaces: Workspaces;
  let docs: Workspace;

  const make = async (name: string): Promise<Workspace> => {
    const made = await workspaces.create(SYSTEM, 'everything', { name });
    if ('refused' in made) throw new Error(made.refused);
    return made.workspace;
  };

  beforeEach(async () => {
    ({ storage } = await open(MIGRATIONS));
    const settings = new Settings({ storage, sealing, clock });
    workspaces = new Workspaces({ storage, clock, audit: auditOn(storage), settings, emptyWidgets });
    docs = await make('Docs');
  });

  test('a thread without a name and a slug gets both; long names are cut', async () => {
    const create = async (name?: string, slug?: string) => {
      const made = await workspaces.threads.create(SYSTEM, docs, { name, slug, userId: null });
      return 'thread' in made ? made.thread : made.refused;
    };
    expect(await create()).toMatchObject({ name: 'Thread', slug: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(await create('n'.repeat(300), 'My Thread')).toMatchObject({
      name: 'n'.repeat(255),
      slug: 'My-Thread',
    });
    expect(await create('Twin', 'My Thread')).toBe('slug_taken');
    const renamed = { slug: 'My-Thread', name: 'm'.repeat(300) };
    expect((await workspaces.threads.rename(SYSTEM, docs, renamed))?.name).toBe('m'.repeat(255));
    await workspaces.remove(SYSTEM, 'everything', 'docs');
    expect(await create('Late')).toBe('no_workspace');
  });

  test('a thread is removed with its chats, and a second removal changes nothing', async () => {
    const made = await workspaces.threads.create(SYSTEM, docs, { name: 'T', slug: 't', userId: null });
    const threadId = 'thread' in made ? made.thread.id : 0;
    const response = { text: 'a', sources: [], type: 'chat', attachments: [], metrics: {} };
    const chat = { workspaceId: docs.id, threadId, prompt: 'q', response };
    await storage.transaction((tx) => workspaces.chats.record(tx, chat));
    for (let times = 0; times < 2; times++) await workspaces.threads.remove(SYSTEM, docs, 't');
    const conversation = { workspaceId: docs.id, threadId, apiSessionId: null };
    expect(await workspaces.chats.recent(conversation, 5)).toEqual([]);
    await expect(storage.transaction((tx) => workspaces.chats.record(tx, chat))).rejects.toThrow(/thread/);
  });

  test('a user of the role default has the workspaces of which it is a member; the others have all', async () => {
    const other = await make('Other');
    const { members } = workspaces;
    expect(await members.change(SYSTEM, docs, { userIds: [7, 8], replace: false })).toBe(true);
    expect(await members.change(SYSTEM, docs, { userIds: [7], replace: true })).toBe(true);
    expect((await members.of(docs.id)).map(({ userId }) => userId)).toEqual([7]);
    const slugsOf = async (user: { id: number; role: string } | null) =>
      (await members.workspacesFor(user)).map(({ slug }) => slug);
    expect(await slugsOf({ id: 7, role: 'default' })).toEqual(['docs']);
    expect(await slugsOf({ id: 8, role: 'default' })).toEqual([]);
    for (const user of [null, { id: 9, role: 'manager' }, { id: 10, role: 'admin' }])
      expect(await slugsOf(user)).toEqual(['docs', 'other']);
    expect(await members.workspaceFor({ id: 7, role: 'default' }, 'other')).toBeUndefined();
    expect((await members.workspaceFor({ id: 9, role: 'manager' }, 'other'))?.id).toBe(other.id);
    await workspaces.remove(SYSTEM, 'everything', 'docs');
    expect(await members.change(SYSTEM, docs, { userIds: [7], replace: false })).toBe(false);
  });

  test('for a bound key its members exist, and users of the role default without a workspace', async () => {
    await make('Other');
    const change = (workspace: Workspace, userIds: number[]) =>
      workspaces.members.change(SYSTEM, workspace, { userIds, replace: false });
    await change(docs, [1]);
    await change(await make('Third'), [2]);
    const isVisible = await workspaces.members.visibleTo(boundTo('docs'));
    const users = [
      { id: 1, role: 'default' },
      { id: 2, role: 'default' },
      { id: 3, role: 'default' },
      { id: 4, role: 'manager' },
    ];
    expect(users.map(isVisible)).toEqual([true, false, true, false]);
    expect(users.map(await workspaces.members.visibleTo('everything'))).toEqual([true, true, true, true]);
  });

  test('a workspace keeps 50 suggestions of 2,000 characters', async () => {
    const suggestions = Array.from({ length: 60 }, () => ({ heading: 'h', message: 'm'.repeat(3_000) }));
    await workspaces.suggestions.replace(SYSTEM, docs, suggestions);
    const kept = await workspaces.suggestions.of(docs.id);
    expect([kept.length, kept[0]?.heading, kept[0]?.message.length]).toEqual([50, 'h', 2_000]);
  });

  test('a bound key does not make a workspace beside its selector, nor learn whether the slug exists', async () => {
    for (const name of ['Other', 'Third', 'Other'])
      expect(await workspaces.create(SYSTEM, boundTo('docs'), { name })).toEqual({ refused: 'not_covered' });
    // A second `docs` would be `docs-12345678`, which the key does not cover.
    expect(await workspaces.create(SYSTEM, boundTo('docs'), { name: 'Docs' })).toEqual({
      refused: 'not_covered',
    });
    const made = await workspaces.create(SYSTEM, boundTo('docs*'), { name: 'Docs' });
    expect('workspace' in made && made.workspace.slug).toMatch(/^docs-\d{8}$/);
  });
});
