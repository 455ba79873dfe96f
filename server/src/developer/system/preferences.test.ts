import { beforeAll, expect, it } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { systemClock } from '../../base/clock.ts';
import { Settings } from '../../settings/index.ts';
import { enterAs } from '../people/identity.fixture.ts';

const PASSWORD = 'correct horse battery';

describeOnBothServers('preferences of an instance with users', (start) => {
  let server: TestServer;
  let session: string;

  beforeAll(async () => {
    server = await start();
    const { body } = await server.request<{ token: string }>('POST', '/api/request-token', {
      key: null,
      body: { password: server.adminKey },
    });
    await server.request('POST', '/api/system/enable-multi-user', {
      key: body.token,
      body: { username: 'admin', password: PASSWORD },
    });
    const login = await server.request<{ token: string }>('POST', '/api/request-token', {
      key: null,
      body: { username: 'admin', password: PASSWORD },
    });
    session = login.body.token;
  });

  const prefer = (body: unknown) => server.request('POST', '/v1/admin/preferences', { body });
  const stored = async (...names: string[]): Promise<Record<string, string>> => {
    const { storage, sealing } = server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    return Object.fromEntries(await settings.many(names));
  };

  it('are set by their names; unknown names and values that cannot be are left out', async () => {
    const answer = await prefer({
      support_email: 'a@b.c',
      custom_app_name: 'Ours',
      bogus: 1,
      multi_user_mode: 'false',
      meta_page_title: { toString: 'x' },
      text_splitter_chunk_size: '500.7',
      text_splitter_chunk_overlap: 'x',
      message_limit: 5,
      users_can_delete_workspaces: true,
      default_system_prompt: 'Today is {date}.',
      footer_data: '[{"icon":"a","url":"https://a.b"},{"url":"javascript:alert(1)"},5,null]',
    });
    expect([answer.status, answer.text]).toEqual([200, '{"success":true,"error":null}']);
    expect(
      await stored(
        'support_email',
        'custom_app_name',
        'bogus',
        'multi_user_mode',
        'meta_page_title',
        'text_splitter_chunk_size',
        'text_splitter_chunk_overlap',
        'message_limit',
        'users_can_delete_workspaces',
        'default_system_prompt',
        'footer_data',
      ),
    ).toEqual({
      support_email: 'a@b.c',
      custom_app_name: 'Ours',
      text_splitter_chunk_size: '500',
      text_splitter_chunk_overlap: '20',
      default_system_prompt: 'Today is {date}.',
      footer_data: '[{"icon":"a","url":"https://a.b"}]',
    });
    await prefer({ support_email: null, custom_app_name: '' });
    expect(await stored('support_email', 'custom_app_name')).toEqual({});
  });

  it('hold for new workspaces', async () => {
    await prefer({ default_system_prompt: 'Today is {date}.' });
    const { body } = await server.request('POST', '/v1/workspace/new', { body: { name: 'Docs' } });
    expect(body).toMatchObject({ workspace: { openAiPrompt: 'Today is {date}.' } });
    await prefer({ default_system_prompt: null });
  });

  it('are always a success, also where nothing is named, and refuse what is too long', async () => {
    for (const body of [{}, { bogus: 1 }, undefined])
      expect((await prefer(body)).text).toBe('{"success":true,"error":null}');
    const long = await prefer({ support_email: 'x'.repeat(10_001) });
    expect(long.body).toEqual({ success: false, error: 'support_email is too long.' });
  });

  it('are for administrators who are logged in, how the instance looks for managers too', async () => {
    const manager = await enterAs(server, 'manager');
    const change = (key: string, body: object) =>
      server.request('POST', '/api/admin/system-preferences', { key, body });
    const show = async (key: string, labels: string) =>
      (await server.request('GET', `/api/admin/system-preferences-for?labels=${labels}`, { key })).text;
    const DONE = '{"success":true,"error":null}';
    const wanted = { support_email: 'm@b.c', default_system_prompt: 'Obey the manager.', hub_api_key: 'x' };
    expect((await change(manager, wanted)).text).toBe(DONE);
    const labels = 'support_email,default_system_prompt,hub_api_key,meta_page_title,bogus';
    expect(await show(session, labels)).toBe(
      '{"settings":{"support_email":"m@b.c","default_system_prompt":null,"hub_api_key":false,"meta_page_title":null}}',
    );
    expect((await change(session, { default_system_prompt: 'Be brief.', hub_api_key: 'hub-1' })).text).toBe(
      DONE,
    );
    expect(await show(session, labels)).toContain('"default_system_prompt":"Be brief.","hub_api_key":true');
    expect(await show(manager, labels)).toBe('{"settings":{"support_email":"m@b.c","meta_page_title":null}}');
    const other = await enterAs(server, 'default');
    expect((await change(other, { support_email: 'x' })).status).toBe(401);
    expect(await show(other, labels)).toBe('Unauthorized');
    await change(session, { support_email: null, default_system_prompt: null, hub_api_key: null });
  });

  it('keep a secret among them sealed', async () => {
    await prefer({ hub_api_key: 'hub-topsecret' });
    expect(await stored('hub_api_key')).toEqual({ hub_api_key: 'hub-topsecret' });
    const rows = await server.app.core.storage.db
      .withTables<{ settings: object }>()
      .selectFrom('settings')
      .selectAll()
      .execute();
    const shown = await server.request('GET', '/v1/system');
    expect(JSON.stringify(rows) + shown.text + server.log.join('\n')).not.toContain('hub-topsecret');
  });

  it('stand beside settings that are shown in full to a session alone', async () => {
    const complete = async (key: string | null) =>
      (await server.request<{ results: object }>('GET', '/api/setup-complete', { key })).body.results;
    const strangers = await complete(null);
    expect(Object.keys(strangers)).toEqual([
      'RequiresAuth',
      'MultiUserMode',
      'SimpleSSOEnabled',
      'SimpleSSONoLogin',
      'SimpleSSONoLoginRedirect',
    ]);
    expect(strangers).toMatchObject({ RequiresAuth: false, MultiUserMode: true });
    expect(await complete('not-a-session')).toEqual(strangers);
    const { body } = await server.request<{ settings: object }>('GET', '/v1/system');
    expect(await complete(session)).toEqual(body.settings);
    for (const role of ['manager', 'default'])
      expect([role, await complete(await enterAs(server, role, `a-${role}`))]).toEqual([role, strangers]);
  });
});
