import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnBothServers, type NewKey } from '../../../test/server.ts';
import { bringEmbed } from '../../widgets/index.ts';
import { framesOf, refusalOf, SAID, textOf, WidgetPage } from './widget.fixture.ts';

interface Listed {
  uuid: string;
  state: string;
  message?: string;
}

const SCOPES = ['embeds:manage', 'workspaces:chat'];
const ENDED = [503, 'This chat is not available. Please tell the owner of this page.'];

describeOnBothServers('the payer of a chat widget', (start) => {
  let page: WidgetPage;
  beforeAll(async () => {
    page = await WidgetPage.open(start);
  });
  beforeEach(() => page.reset());
  afterAll(() => page.upstream.close());

  const listed = async (uuid: string): Promise<Listed | undefined> => {
    const { body } = await page.server.request<{ embeds: Listed[] }>('GET', '/v1/embed');
    return body.embeds.find((embed) => embed.uuid === uuid);
  };
  const adopt = (uuid: string, key?: string) =>
    page.server.request<{ success?: boolean; error: string }>(
      'POST',
      `/v1/embed/${uuid}/adopt`,
      key === undefined ? {} : { key },
    );
  const change = (path: string, body: object = {}) => page.server.request('POST', path, { body });

  it('must be able to chat in the workspace itself, to make, change or take over one', async () => {
    const uuid = await page.make();
    const { secret: key } = await page.server.mint({ scopes: ['embeds:manage', 'workspaces:read'] });
    const body = { workspace_slug: 'docs' };
    const asked = [
      await page.server.request('POST', '/v1/embed/new', { key, body }),
      await page.server.request('POST', `/v1/embed/${uuid}`, { key, body: { enabled: false } }),
      await page.server.request('DELETE', `/v1/embed/${uuid}`, { key }),
      await adopt(uuid, key),
    ];
    for (const { status, text } of asked) {
      expect(status).toBe(403);
      expect(text).toContain('workspaces:chat');
    }
    expect(await listed(uuid)).not.toHaveProperty('state');
  });

  const ENDINGS: [string, (key: NewKey) => Promise<unknown>][] = [
    ['revoked', ({ id }) => change(`/v1/keys/${id}/revoke`)],
    ['disabled', ({ id }) => change(`/v1/keys/${id}/disable`)],
    ['quarantined', ({ id }) => change(`/v1/keys/${id}/quarantine`)],
    [
      'narrowed',
      ({ id }) => page.server.request('PATCH', `/v1/keys/${id}`, { body: { scopes: ['embeds:manage'] } }),
    ],
    [
      'bound to another workspace',
      ({ id }) => {
        const body = { selectors: { workspaces: { allow: ['other'] } } };
        return page.server.request('PATCH', `/v1/keys/${id}`, { body });
      },
    ],
    [
      'without its owner',
      ({ key }) =>
        page.server.request('PATCH', `/v1/owners/${key.owner.id}`, { body: { state: 'suspended' } }),
    ],
  ];

  it.each(ENDINGS)('ends the widget when it is %s, until somebody takes it over', async (name, end) => {
    const { server } = page;
    await server.request('POST', '/v1/owners', { body: { name, kind: 'team' } });
    const payer = await server.mint({ scopes: SCOPES, owner: name });
    const uuid = await page.make({}, payer.secret);
    const sessionId = '4c2f9b0e-0000-4000-8000-000000000001';
    expect(textOf(await page.ask(uuid, { sessionId }))).toBe(SAID);
    await end(payer);
    const asked = page.asked().length;
    expect(refusalOf(await page.ask(uuid, { sessionId }))).toEqual(ENDED);
    expect((await page.session('GET', `${uuid}/${sessionId}`)).status).toBe(503);
    expect(page.asked()).toHaveLength(asked);
    expect(await listed(uuid)).toMatchObject({
      state: 'ended',
      message: expect.stringContaining('/adopt') as string,
    });
    expect((await adopt(uuid)).body).toEqual({ success: true, error: null });
    expect(textOf(await page.ask(uuid, { sessionId }))).toBe(SAID);
    expect(await listed(uuid)).not.toHaveProperty('state');
  });

  it('ends the widget when its time is over', async () => {
    const payer = await page.server.mint({ scopes: SCOPES, expires_in_seconds: 1 });
    const uuid = await page.make({}, payer.secret);
    await expect.poll(async () => refusalOf(await page.ask(uuid)), { timeout: 5_000 }).toEqual(ENDED);
  });

  it('is who takes a widget over: the one before may end then', async () => {
    const before = await page.server.mint({ scopes: SCOPES });
    const after = await page.server.mint({ scopes: SCOPES });
    const uuid = await page.make({}, before.secret);
    expect((await adopt(uuid, after.secret)).status).toBe(200);
    await change(`/v1/keys/${before.id}/revoke`);
    expect(textOf(await page.ask(uuid))).toBe(SAID);
    await change(`/v1/keys/${after.id}/revoke`);
    expect(refusalOf(await page.ask(uuid))).toEqual(ENDED);
    expect((await adopt('11111111-1111-4111-8111-111111111111')).status).toBe(404);
  });

  it('holds visitors to its request limits', async () => {
    // Making the widget is the first request.
    const limits = [{ name: 'few', requests: 2, window_seconds: 600 }];
    const payer = await page.server.mint({ scopes: SCOPES, limits });
    const uuid = await page.make({}, payer.secret);
    expect(textOf(await page.ask(uuid))).toBe(SAID);
    expect(framesOf(await page.ask(uuid))).toMatchObject([{ type: 'abort', error: 'Rate limit exceeded' }]);
    expect(page.asked()).toHaveLength(1);
  });

  it('gives a place back when a visitor is answered', async () => {
    const limits = [{ name: 'one', concurrent: 1 }];
    const payer = await page.server.mint({ scopes: SCOPES, limits });
    const uuid = await page.make({}, payer.secret);
    for (let times = 0; times < 3; times++) expect(textOf(await page.ask(uuid))).toBe(SAID);
  });

  it('is nobody where the widget was moved in: it answers nobody until it is taken over', async () => {
    const uuid = await page.make();
    const moved = '4c2f9b0e-0000-4000-8000-0000000000aa';
    const { db } = page.server.app.core.storage;
    const tables = db.withTables<{ embeds: { uuid: string; workspace_id: number } }>();
    const { workspace_id: workspaceId } = await tables
      .selectFrom('embeds')
      .select('workspace_id')
      .where('uuid', '=', uuid)
      .executeTakeFirstOrThrow();
    await page.server.app.core.storage.transaction((tx) =>
      bringEmbed(tx, {
        id: 900,
        uuid: moved,
        workspaceId,
        enabled: true,
        chatMode: 'chat',
        allowlist: null,
        allowModelOverride: false,
        allowTemperatureOverride: false,
        allowPromptOverride: false,
        maxChatsPerDay: null,
        maxChatsPerSession: null,
        messageLimit: null,
        payerKeyId: null,
        ownerId: null,
        createdAt: 1,
      }),
    );
    expect(refusalOf(await page.ask(moved))).toEqual(ENDED);
    expect(await listed(moved)).toMatchObject({
      state: 'unpaid',
      message: expect.stringContaining('moved in') as string,
    });
    await adopt(moved);
    expect(textOf(await page.ask(moved))).toBe(SAID);
  });
});
