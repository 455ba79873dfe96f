import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { enableUsers, enterAs, PASSWORD } from '../../server/src/developer/people/identity.fixture.ts';
import { markUnusedScopes, setCreated } from '../../server/src/keys/keys.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';
import { stackReport } from './stack-report.ts';
import { expectHarmless, NAME_PAYLOAD } from './payloads.ts';

const DAY_MS = 86_400_000;
const attention = (page: Page) => page.getByRole('region', { name: 'Needs attention today' });

describeOnServer('sqlite', 'the overview', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const open = (path = '/') => openConsole(server, { signIn: { key: server.adminKey }, path });

  test('the only key that may do everything is no concern, whatever it uses', async () => {
    const { page } = await open();
    // The session needs all scopes of its key: only then they are called unused.
    await server.app.core.keys.lastUsed.flush();
    await markUnusedScopes(server.app.core.storage, 'first admin key');
    const { body } = await server.request<{ items: object[] }>('GET', '/v1/keys?scopes=unused');
    expect(body.items).toHaveLength(1);
    await page.reload();
    await attention(page).getByText('Nothing').waitFor();
  });

  test('a new server says that nothing needs attention, and what to do first', async () => {
    const { page, inspect } = await open();
    await attention(page).getByText('Nothing').waitFor();
    await page.getByRole('link', { name: 'Add an upstream with models' }).waitFor();
    await page.getByRole('img', { name: /^Workers: 0 online/ }).waitFor();
    await inspect('overview-empty');
    await page.getByRole('link', { name: 'Make a key for somebody' }).click();
    await page.getByRole('heading', { name: 'New key' }).waitFor();
  });

  test('every concern is named with its key or upstream, and leads to where it is solved', async () => {
    const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
    await server.mint({ name: NAME_PAYLOAD, expires_at: inDays(1) });
    await server.mint({ name: 'ends later', expires_at: inDays(30) });
    await server.mint({ name: 'second admin', role: 'admin' });
    const leaked = await server.mint({ name: 'in a repository' });
    await server.request('POST', `/v1/keys/${leaked.id}/quarantine`);
    const unused = await server.mint({ name: 'of the former intern' });
    await setCreated(server.app.core.storage, unused.id, Date.now() - 100 * DAY_MS);
    const wide = await server.mint({ name: 'too much', scopes: ['usage:read', 'jobs:*'] });
    await setCreated(server.app.core.storage, wide.id, Date.now() - 31 * DAY_MS);
    await server.request('GET', '/v1/usage', { key: wide.secret });
    await server.app.core.keys.lastUsed.flush();
    const { body: upstream } = await server.request<{ id: string }>('POST', '/v1/upstreams', {
      body: { name: 'switched-off', base_url: 'http://127.0.0.1:1/v1', models: ['m'] },
    });
    await server.request('POST', `/v1/upstreams/${upstream.id}/test`);
    await server.request('POST', '/v1/bootstrap/reports', { body: stackReport() });
    const { page, inspect, open: go } = await open();
    await attention(page).getByText('Keys in quarantine').waitFor();
    await inspect('overview');
    await expectHarmless(page);
    const links: [link: string, address: string][] = [
      ['switched-off', `/upstreams/${upstream.id}`],
      ['in a repository', `/keys/${leaked.id}`],
      [NAME_PAYLOAD, '/keys/key_'],
      ['second admin', '/keys/key_'],
      ['of the former intern', `/keys/${unused.id}`],
      ['too much', `/keys/${wide.id}`],
    ];
    await attention(page).getByText('shop/edited: edited').waitFor();
    expect(await attention(page).getByText('in_step').count()).toBe(0);
    await attention(page).getByRole('link', { name: 'shop/edited' }).click();
    await page.getByRole('heading', { name: 'edited', level: 1 }).waitFor();
    await go('/');
    expect(await attention(page).getByRole('link', { name: 'ends later' }).count()).toBe(0);
    for (const [link, address] of links) {
      await attention(page).getByRole('link', { name: link, exact: true }).click();
      await page.getByRole('heading', { name: link, level: 1 }).waitFor();
      expect(page.url()).toContain(`${server.url}${address}`);
      await go('/');
    }
  });

  test('more keys than are listed are one link away', async () => {
    await Promise.all(
      [1, 2, 3, 4, 5].map((number) => server.mint({ name: `admin ${number}`, role: 'admin' })),
    );
    const { page } = await open();
    await attention(page).getByRole('link', { name: 'Show all keys that may do everything' }).click();
    await expect.poll(() => page.url()).toBe(`${server.url}/keys?state=active&role=admin`);
  });

  test('requests, refusals, tokens, spend, jobs and workers are drawn over time, and the address keeps the period', async () => {
    const { id, key, secret } = await server.mint({ role: 'client' });
    for (let i = 0; i < 3; i++) await server.request('GET', '/v1/audit', { key: secret });
    const job = await server.request('POST', '/v1/jobs', {
      key: secret,
      body: { prompt: 'x', model: 'nobody-serves' },
    });
    expect(job.status).toBeLessThan(300);
    await server.app.core.jobs.history.look();
    const { page, inspect } = await open();
    const plot = (name: RegExp) => page.getByRole('img', { name });
    // A request that its client left does not count.
    server.app.core.counters.count({ keyId: id, ownerId: key.owner.id, code: 'client_gone' });
    await server.app.core.counters.flush();
    await expect
      .poll(() => plot(/^Requests: [1-9]\d*, 3 refused: A scope is missing \(3\)$/).count())
      .toBe(1);
    await plot(/^Jobs: 1 waiting, 0 running/).waitFor();
    for (const name of [/^Tokens: 0/, /^Spend: /, /^Workers: 0 online/]) await plot(name).waitFor();
    await inspect('overview-use');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await inspect('overview-dark');
    await page.getByText('7 days', { exact: true }).click();
    await expect.poll(() => page.url()).toBe(`${server.url}/?range=week`);
    await page.reload();
    await page.getByRole('radio', { name: '7 days', checked: true }).waitFor({ state: 'attached' });
    await plot(/^Requests: /).waitFor();
  });

  test('the button of the colours makes the page dark, and keeps it so', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Use dark colours' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Use light colours' }).waitFor();
  });
});

describeOnServer('sqlite', 'the overview of a member', (start) => {
  test('a member finds the own workspaces there, and nothing of the server', async () => {
    const server = await start();
    await enableUsers(server);
    await enterAs(server, 'default', 'ada');
    const { page, inspect } = await openConsole(server, { signIn: { username: 'ada', password: PASSWORD } });
    await page.getByText('You belong to no workspace yet').waitFor();
    await inspect('overview-member-empty');
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Team' } });
    const { body } = await server.request<{ users: { id: number; username: string }[] }>(
      'GET',
      '/v1/admin/users',
    );
    const userIds = body.users.filter(({ username }) => username === 'ada').map(({ id }) => id);
    await server.request('POST', '/v1/admin/workspaces/1/update-users', { body: { userIds } });
    await page.reload();
    await page.getByRole('link', { name: 'Team' }).waitFor();
    await inspect('overview-member');
    expect(await page.getByRole('img').count()).toBe(0);
    expect(await attention(page).count()).toBe(0);
    await page.getByRole('link', { name: 'Team' }).click();
    await page.getByText('There is no document yet').waitFor();
  });
});
