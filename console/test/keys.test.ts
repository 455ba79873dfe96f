import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { firstBrowser } from '../../server/src/api/sessions/browser.fixture.ts';
import { markUnusedScopes } from '../../server/src/keys/keys.fixture.ts';
import { openConsole } from './browser.ts';

const XSS = '<img src=x onerror="document.title=1">';

describeOnServer('sqlite', 'the list of keys', (start) => {
  let server: TestServer;
  let owner: { id: string };
  beforeAll(async () => {
    server = await start();
    const made = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Grace', kind: 'person' },
    });
    owner = made.body;
    await server.mint({ name: 'reports', scopes: ['models:use'], tags: ['nightly'] });
    await server.mint({ name: 'worker one', role: 'miner', scopes: undefined, owner: owner.id });
    await server.mint({
      name: 'brief',
      scopes: ['workspaces:chat', 'workspaces:read'],
      expires_in_seconds: 7200,
    });
    const { id } = await server.mint({ name: 'gone', scopes: ['jobs:submit', 'jobs:read', 'jobs:cancel'] });
    await server.request('POST', `/v1/keys/${id}/revoke`, { body: { reason: 'lost' } });
    await server.mint({ name: XSS, scopes: ['models:use'] });
  });
  const open = (path = '/keys') => openConsole(server, { signIn: { key: server.adminKey }, path });
  const names = async (page: Awaited<ReturnType<typeof open>>['page']): Promise<string[]> => {
    const links = page.getByRole('table', { name: 'Keys' }).getByRole('row').getByRole('link');
    return (await links.allTextContents()).filter((_, index) => index % 2 === 0);
  };

  test('the list shows each key with its owner, its state and what it may do in words', async () => {
    const { page } = await open();
    const table = page.getByRole('table', { name: 'Keys' });
    await table.getByRole('link', { name: 'reports' }).waitFor();
    const row = (name: string) =>
      table.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await expect.poll(() => row('worker one').textContent()).toMatch(/Grace.*active.*worker.*never/);
    await expect.poll(() => row('brief').textContent()).toMatch(/chat.*in 2 hours/);
    await expect.poll(() => row('gone').textContent()).toMatch(/revoked.*jobs/);
    expect(await names(page)).toContain(XSS);
    expect(await page.title()).toBe('Keys · Keyward');
  });

  test('each filter narrows the list, stands in the address, and is kept by a reload', async () => {
    const { page } = await open();
    await page.getByRole('link', { name: 'reports' }).waitFor();
    await page.getByRole('textbox', { name: 'Search by name or id' }).fill('repor');
    await expect.poll(() => names(page)).toEqual(['reports']);
    expect(page.url()).toBe(`${server.url}/keys?q=repor`);
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['reports']);
    await page.getByRole('textbox', { name: 'Search by name or id' }).fill('nothing like it');
    await page.getByRole('button', { name: 'Clear the search and the filters' }).click();
    await page.getByRole('link', { name: 'gone' }).waitFor();
    for (const [filter, option, found] of [
      ['Any state', 'revoked', 'gone'],
      ['Any role', 'miner', 'worker one'],
      ['Any owner', 'Grace', 'worker one'],
      ['Any expiry', 'Expires within a day', 'brief'],
    ] as const) {
      await page.getByRole('combobox', { name: filter }).click();
      await page.getByRole('option', { name: option }).click();
      await expect.poll(() => names(page)).toEqual([found]);
      await page.goto('/keys');
    }
    await page.goto('/keys?tag=nightly');
    await expect.poll(() => names(page)).toEqual(['reports']);
    await page.goto('/keys?unused=7');
    await page.getByText('No key fits').waitFor();
    await page.getByRole('combobox', { name: 'Used or unused' }).click();
    await page.getByRole('option', { name: 'Has unused scopes' }).click();
    await expect.poll(() => page.url()).toBe(`${server.url}/keys?scopes=unused`);
    await page.getByText('No key fits').waitFor();
    await markUnusedScopes(server.app.core.storage, 'gone');
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['gone']);
  });

  test('a value in the address that no filter has is left out', async () => {
    const { page } = await open('/keys?state=eaten&unused=8&role=king');
    await page.getByRole('link', { name: 'reports' }).waitFor();
  });

  test('the list goes on while it is scrolled, and draws only the rows in view', async () => {
    const other = await start();
    for (let index = 0; index < 130; index++) await other.mint({ name: `key ${index}` });
    const { page } = await openConsole(other, { signIn: { key: other.adminKey }, path: '/keys' });
    const table = page.getByRole('table', { name: 'Keys' });
    await table.getByRole('link', { name: 'key 129' }).waitFor();
    expect(await table.getByRole('row').count()).toBeLessThan(60);
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 4_000);
        return table.getByRole('link', { name: 'first admin key' }).count();
      })
      .toBe(1);
    expect(await table.getByRole('row').count()).toBeLessThan(60);
  });

  test('a server that fails is said in words, with a way to try again', async () => {
    const { page, context, complaints } = await open();
    await page.getByRole('link', { name: 'reports' }).waitFor();
    await context.route('**/v1/keys?*', (route) =>
      route.fulfill({ status: 500, json: { title: 'x', code: 'internal', detail: 'The disk is full.' } }),
    );
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'The disk is full.' }).waitFor();
    await context.unroute('**/v1/keys?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'reports' }).waitFor();
    expect(complaints.splice(0).join()).toMatch(/500/);
  });
});

describeOnServer('sqlite', 'keys for a person without the scopes', (start) => {
  let server: TestServer;
  let key: NewKey;
  const MANAGER = { username: 'mary', password: 'correct horse battery' };
  beforeAll(async () => {
    server = await start();
    key = await server.mint({ name: 'reports' });
    const setup = { username: 'ada', password: MANAGER.password };
    await (await firstBrowser(server)).send('POST', '/v1/session/setup', { body: setup });
    await server.request('POST', '/v1/admin/users/new', { body: { ...MANAGER, role: 'manager' } });
  });

  test('a manager sees no page of keys in the navigation, and the server refuses the lists and the changes', async () => {
    const { page, context } = await openConsole(server, { signIn: MANAGER });
    await page.getByRole('button', { name: 'mary' }).waitFor();
    expect(await page.getByRole('link', { name: 'Keys' }).count()).toBe(0);
    const headers = { 'x-keyward-session': '1' };
    const revoke = await context.request.post(`${server.url}/v1/keys/${key.id}/revoke`, { headers });
    const list = await context.request.get(`${server.url}/v1/keys`, { headers });
    const explain = await context.request.post(`${server.url}/v1/keys/${key.id}/explain`, { headers });
    expect([revoke.status(), list.status(), explain.status()]).toEqual([403, 403, 403]);
  });
});
