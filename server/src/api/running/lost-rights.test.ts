import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { describeOnBothWhenSlow } from '../../../test/server.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { newOwnerKey } from '../jobs/jobs.fixture.ts';
import { Family } from '../keys/children.fixture.ts';
import { Identity } from '../../identity/index.ts';
import { entered, signIn } from '../../identity/oidc/oidc-identity.fixture.ts';
import { insertSession } from '../../identity/store/session-store.ts';
import type { Db } from '../../storage/index.ts';
import { memberships } from '../../workspaces/index.ts';
import { addMembers } from '../../workspaces/store/member-store.ts';
import { browserAs, browserOf, type Browser } from '../sessions/browser.fixture.ts';
import { chatsIn, LongWorld, ownChatIn, threadIn, type Asker, type LongWork } from './lost-rights.fixture.ts';

const OWN = { 'x-keyward-session': '1', 'sec-fetch-site': 'same-origin' };

/** A key of an owner of its own, that can do everything. */
interface KeyAsker extends Asker {
  id: string;
  secret: string;
}

/** A person, in two browsers. */
interface PersonAsker extends Asker {
  userId: number;
  username: string;
  browser: Browser;
  other: Browser;
}

/** Ways in which a key loses all its rights, and whether a line of a batch goes on or begins again. */
const KEY_WAYS: [string, (world: LongWorld, asker: KeyAsker) => Promise<unknown>, 'a line'?][] = [
  ['is revoked', (world, { id }) => world.post(`/v1/keys/${id}/revoke`)],
  ['is disabled', (world, { id }) => world.post(`/v1/keys/${id}/disable`)],
  ['is put into quarantine', (world, { id }) => world.post(`/v1/keys/${id}/quarantine`)],
  ['is reported as leaked', (world, { secret }) => world.post('/v1/keys/report', { token: secret })],
  [
    'revokes itself',
    ({ server }, { secret }) => server.request('POST', '/v1/keys/self/revoke', { key: secret }),
  ],
  [
    'is changed, and all that runs is to end',
    ({ server }, { id }) =>
      server.request('PATCH', `/v1/keys/${id}`, { body: { tags: ['changed'], running: 'end' } }),
    'a line',
  ],
  [
    'loses its scopes',
    ({ server }, { id }) => server.request('PATCH', `/v1/keys/${id}`, { body: { scopes: ['usage:read'] } }),
  ],
  [
    'works from other addresses only',
    ({ server }, { id }) =>
      server.request('PATCH', `/v1/keys/${id}`, { body: { selectors: { ips: ['192.0.2.0/24'] } } }),
    'a line',
  ],
  ['has all its requests stopped', (world, { id }) => world.post('/v1/running/stop', { key: id })],
  [
    'has its owner suspended',
    ({ server }, { subject }) =>
      server.request('PATCH', `/v1/owners/${subject}`, { body: { state: 'suspended' } }),
  ],
  ['has its owner deleted', ({ server }, { subject }) => server.request('DELETE', `/v1/owners/${subject}`)],
];

const ofUser = (world: LongWorld, { userId }: PersonAsker, body: object) =>
  world.post(`/v1/admin/users/${userId}`, body);

/** Newer than all others. */
async function insertSessions(tx: Db, userId: number, count: number): Promise<void> {
  const at = Date.now() + 60_000;
  const rest = {
    user_id: userId,
    secret_id: null,
    revoked_at: null,
    ip: '',
    user_agent: null,
    last_used_at: at,
  };
  for (let i = 0; i < count; i++)
    await insertSession(tx, { id: randomUUID(), created_at: at, expires_at: at + 60_000, ...rest });
}

/** Ways in which a session ends. A batch goes on where its person stays. */
const SESSION_WAYS: [string, boolean, (world: LongWorld, asker: PersonAsker) => Promise<unknown>][] = [
  ['signs out', true, (_, { browser }) => browser.send('DELETE', '/v1/session')],
  [
    'has the session ended in another browser',
    true,
    async (_, { browser, other }) =>
      other.send('DELETE', `/v1/sessions/${(await browser.state()).session?.id}`),
  ],
  ['ends all other sessions', true, (_, { other }) => other.send('DELETE', '/v1/sessions')],
  [
    'signs in so often that the session ends as the oldest',
    true,
    async ({ server }, { username, userId }) => {
      const { storage } = server.app.core;
      // The session of the request is the oldest, that of the other browser the next.
      await storage.transaction((tx) => insertSessions(tx, userId, 98));
      await browserOf(server, { username, password: PASSWORD });
    },
  ],
  ['is suspended', false, (world, asker) => ofUser(world, asker, { suspended: 1 })],
  ['is deleted', false, ({ server }, { userId }) => server.request('DELETE', `/v1/admin/users/${userId}`)],
  ['gets a lower role', false, (world, asker) => ofUser(world, asker, { role: 'manager' })],
  [
    'has the owner suspended',
    false,
    ({ server }, { subject }) =>
      server.request('PATCH', `/v1/owners/${subject}`, { body: { state: 'suspended' } }),
  ],
];

describeOnBothWhenSlow('what runs when a right is lost', (start) => {
  let world: LongWorld;
  let names = 0;
  beforeAll(async () => {
    world = await LongWorld.open(start);
    await enableUsers(world.server);
    return () => world.upstream.close();
  });
  afterEach(() => world.reset());

  const newKey = async (): Promise<KeyAsker> => {
    const { id, secret, key } = await newOwnerKey(world.server, 'asker', { role: 'admin' });
    return { id, secret, subject: key.owner.id, headers: { authorization: `Bearer ${secret}` } };
  };
  const newPerson = async (role: string): Promise<PersonAsker> => {
    const username = `person${++names}`;
    const browser = await browserAs(world.server, role, username);
    const other = await browserOf(world.server, { username, password: PASSWORD });
    const { session } = await browser.state();
    const headers = { ...OWN, cookie: browser.cookie };
    return { subject: session!.owner_id, headers, userId: session!.user!.id, username, browser, other };
  };
  const idOf = async (slug: string): Promise<number> => {
    const { body } = await world.server.request<{ workspace: { id: number }[] }>(
      'GET',
      `/v1/workspace/${slug}`,
    );
    return body.workspace[0]!.id;
  };
  const insertMembers = async (workspaceId: number, count: number): Promise<void> => {
    const userIds = Array.from({ length: count }, (_, i) => 100_000 + i);
    const { storage } = world.server.app.core;
    if (count > 0) await storage.transaction((tx) => addMembers(tx, { workspaceId, userIds, at: 1 }));
  };
  const addTo = (slug: string, userIds: number[], reset = false) =>
    world.post(`/v1/admin/workspaces/${slug}/manage-users`, { userIds, reset });

  /** Everything runs; then the right is lost: nothing runs at the acknowledgement, and nothing more reaches anybody. */
  async function expectEnd(
    asker: Asker,
    works: readonly LongWork[],
    { lose, goesOn = [] }: { lose: () => Promise<unknown>; goesOn?: string[] },
  ): Promise<string[]> {
    const before = world.running(asker.subject).length;
    const open = works.map((work) => world.begin(asker, work));
    await expect.poll(() => world.running(asker.subject).length).toBe(before + works.length);
    // Those that stream have begun.
    const streams = works.flatMap(({ name }, i) =>
      /streams|as a model|thread|own chat/.test(name) ? [i] : [],
    );
    for (const i of streams) await expect.poll(() => open[i]?.received()).toContain('first');
    const lost = (await lose()) as { status?: number } | undefined;
    const running = world.running(asker.subject);
    // A line of a batch ends too, and may have begun again with the rights that are left.
    expect(running.filter((one) => !goesOn.includes(one))).toEqual([]);
    expect(lost?.status ?? 200).toBeLessThan(300);
    await expect.poll(() => world.running(asker.subject)).toEqual(goesOn);
    world.saysTooLate();
    await expect.poll(() => world.open()).toBe(goesOn.length);
    const received = open.map((one) => one.received());
    for (const [i, text] of received.entries()) {
      expect([works[i]?.name, text.includes('too late')]).toEqual([works[i]?.name, false]);
      expect([works[i]?.name, /^HTTP\/1.1 (200|401|403|409)/.test(text)]).toEqual([works[i]?.name, true]);
    }
    return received;
  }

  const chatsKept = async (slug: string): Promise<unknown[]> =>
    (await world.server.request<{ history: unknown[] }>('GET', `/v1/workspace/${slug}/chats`)).body.history;

  test.for(KEY_WAYS)('a key that %s has nothing running at the acknowledgement', async ([, lose, goesOn]) => {
    const asker = await newKey();
    const slug = await world.newWorkspace(`k${++names}`);
    const works = [...(await world.everything(asker, slug)), ...(await world.worker(asker))];
    await world.batch(asker);
    const left = goesOn === undefined ? [] : ['batches.line'];
    await expectEnd(asker, works, { lose: () => lose(world, asker), goesOn: left });
    expect(await chatsKept(slug)).toEqual([]);
  });

  test('a child of a key that is revoked has nothing running at the acknowledgement', async () => {
    expect.hasAssertions();
    const parent = await newKey();
    const child = await new Family(world.server).childOf(parent, { role: 'admin', parent: parent.id });
    const asker = { subject: child.id, headers: { authorization: `Bearer ${child.secret}` } };
    const works = await world.everything(asker, await world.newWorkspace(`k${++names}`));
    await expectEnd(asker, works, { lose: () => world.post(`/v1/keys/${parent.id}/revoke`) });
  });

  test.for(SESSION_WAYS)(
    'a person who %s has nothing running in that session at the acknowledgement',
    async ([, batchGoesOn, lose]) => {
      const asker = await newPerson('admin');
      const slug = await world.newWorkspace(`s${++names}`);
      const works = [...(await world.everything(asker, slug)), ownChatIn(slug)];
      await world.batch(asker);
      const goesOn = batchGoesOn ? ['batches.line'] : [];
      await expectEnd(asker, works, { lose: () => lose(world, asker), goesOn });
      expect(await chatsKept(slug)).toEqual([]);
    },
  );

  test.for<[string, string[]]>([
    ['no role', []],
    ['a lower role', ['ml']],
  ])(
    'a person who signs in with a provider again, and gets %s, has nothing running at the acknowledgement',
    async ([, groups]) => {
      const { keys, sealing } = world.server.app.core;
      const identity = new Identity({ keys, memberships });
      const person = { subject: `person${++names}`, email: `person${names}@example.com` };
      const { token, user } = await entered(identity, { ...person, groups: ['platform'] });
      const headers = { ...OWN, cookie: `keyward_${sealing.fingerprint}=${token}` };
      const asker = { subject: user.ownerId, headers };
      const slug = await world.newWorkspace(`p${names}`);
      const works = [...(await world.everything(asker, slug)), ownChatIn(slug)];
      await expectEnd(asker, works, { lose: () => signIn(identity, { ...person, groups }) });
      expect(await chatsKept(slug)).toEqual([]);
    },
  );

  /** Ways in which a user of the role default loses a workspace, or the session in which it is asked. */
  const MEMBER_WAYS: [string, (asker: PersonAsker, slug: string) => Promise<unknown>][] = [
    [
      'is removed from a workspace',
      async (_, slug) => addTo(slug, [(await newPerson('default')).userId], true),
    ],
    [
      'is left out of the new list of members',
      async (_, slug) => world.post(`/v1/admin/workspaces/${await idOf(slug)}/update-users`, { userIds: [] }),
    ],
    ['has the workspace deleted', (_, slug) => world.server.request('DELETE', `/v1/workspace/${slug}`)],
    [
      'gets a new password of an administrator',
      (asker) => ofUser(world, asker, { password: 'another horse' }),
    ],
    ['is suspended', (asker) => ofUser(world, asker, { suspended: 1 })],
    ['is deleted', ({ userId }) => world.server.request('DELETE', `/v1/admin/users/${userId}`)],
  ];

  test.for(MEMBER_WAYS)('a member who %s gets no more of an answer', async ([way, lose]) => {
    const asker = await newPerson('default');
    const slug = await world.newWorkspace(`m${++names}`);
    await addTo(slug, [asker.userId]);
    const works = [...chatsIn(slug), ownChatIn(slug)];
    const received = await expectEnd(asker, works, { lose: () => lose(asker, slug) });
    if (!/removed|left out|workspace deleted/.test(way)) return;
    // The session goes on, and each answer says why it ended.
    expect((await asker.browser.state()).session?.user?.id).toBe(asker.userId);
    for (const text of received) expect(text).toContain('may have been taken away');
    const again = await asker.browser.send('POST', `/api/workspace/${slug}/stream-chat`, {
      body: { message: 'Hi' },
      isPassedOn: true,
    });
    expect([again.status, again.text.includes('not a valid workspace')]).toEqual([400, true]);
  });

  test('a key in a workspace that is deleted gets no more of its answers, and other work of it goes on', async () => {
    const asker = await newKey();
    const slug = await world.newWorkspace(`d${++names}`);
    const elsewhere = world.begin(asker, chatsIn(await world.newWorkspace(`e${++names}`))[0]!);
    await expect.poll(() => elsewhere.received()).toContain('first');
    const works = [...chatsIn(slug), threadIn(slug, await world.newThread(slug))];
    const lose = () => world.server.request('DELETE', `/v1/workspace/${slug}`);
    await expectEnd(asker, works, { lose, goesOn: ['workspaces.stream_chat'] });
    await expect.poll(() => elsewhere.received()).toContain('too late');
  });

  test('the answers of the members who stay go on when others are removed, and when somebody is added', async () => {
    const [stays, goes] = [await newPerson('default'), await newPerson('default')];
    const slug = await world.newWorkspace(`o${++names}`);
    await addTo(slug, [stays.userId, goes.userId]);
    const open = world.begin(stays, ownChatIn(slug));
    await expect.poll(() => open.received()).toContain('first');
    await addTo(slug, [stays.userId], true);
    await addTo(slug, [goes.userId]);
    world.saysTooLate();
    await expect.poll(() => open.received()).toContain('too late');
  });

  test.for([
    ['is removed from one workspace', 1],
    ['is one of very many who are removed from one workspace', 120],
  ] as const)('a member who %s keeps the answers in another', async ([, count]) => {
    const asker = await newPerson('default');
    const [left, kept] = [await world.newWorkspace(`l${++names}`), await world.newWorkspace(`k${names}`)];
    for (const slug of [left, kept]) await addTo(slug, [asker.userId]);
    await insertMembers(await idOf(left), count - 1);
    const elsewhere = [...chatsIn(kept), ownChatIn(kept)];
    const open = elsewhere.map((work) => world.begin(asker, work));
    await expect.poll(() => world.asked()).toBe(elsewhere.length);
    const lose = async () => addTo(left, [(await newPerson('default')).userId], true);
    const goesOn = world.running(asker.subject);
    await expectEnd(asker, [...chatsIn(left), ownChatIn(left)], { lose, goesOn });
    const streams = open.filter((_, i) => !/agent|whole/.test(elsewhere[i]?.name ?? ''));
    for (const one of streams) await expect.poll(() => one.received()).toContain('too late');
  });

  test('many members who are removed at once get no more of an answer', async () => {
    expect.hasAssertions();
    const asker = await newPerson('default');
    const slug = await world.newWorkspace(`b${++names}`);
    await insertMembers(await idOf(slug), 110);
    await addTo(slug, [asker.userId]);
    const lose = async () => addTo(slug, [(await newPerson('manager')).userId], true);
    await expectEnd(asker, [...chatsIn(slug), ownChatIn(slug)], { lose });
  });

  test('questions in the moment of a removal are refused or ended, and none is answered afterwards', async () => {
    const asker = await newPerson('default');
    const slug = await world.newWorkspace(`r${++names}`);
    for (let round = 0; round < 5; round++) {
      await addTo(slug, [asker.userId]);
      const works = Array.from({ length: 4 }, () => [...chatsIn(slug), ownChatIn(slug)]).flat();
      const open = works.slice(0, 10).map((work) => world.begin(asker, work));
      const removal = addTo(slug, [(await newPerson('manager')).userId], true);
      open.push(...works.slice(10).map((work) => world.begin(asker, work)));
      await removal;
      world.saysTooLate();
      await expect.poll(() => world.running(asker.subject)).toEqual([]);
      for (const one of open) {
        await expect.poll(() => one.received()).not.toBe('');
        expect(one.received()).not.toContain('too late');
      }
      world.reset();
    }
  });
});

describeOnBothWhenSlow('what runs when the mode is switched', (start) => {
  test('the one administrator has nothing running at the acknowledgement, and neither have batches', async () => {
    const world = await LongWorld.open(start);
    const first = await browserOf(world.server, { key: world.server.adminKey });
    await first.send('POST', '/v1/session/setup', { body: { password: PASSWORD } });
    // All that it runs counts as `admin`, in place of a key.
    const asker = { subject: 'admin', headers: { ...OWN, cookie: first.cookie } };
    const slug = await world.newWorkspace('mode');
    await world.batch(asker);
    const open = chatsIn(slug).map((work) => world.begin(asker, work));
    await expect.poll(() => world.running('admin').length).toBe(open.length + 1);
    const own = world.begin(asker, ownChatIn(slug));
    await expect.poll(() => own.received()).toContain('first');
    await first.send('POST', '/v1/session/setup', { body: { username: 'ada', password: PASSWORD } });
    expect([world.running('admin'), world.running('user:admin')]).toEqual([[], []]);
    world.saysTooLate();
    await expect.poll(() => world.open()).toBe(0);
    for (const one of [...open, own]) expect(one.received()).not.toContain('too late');
    await world.upstream.close();
  });
});
