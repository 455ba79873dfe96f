import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

describeOnServer('sqlite', 'the overview', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('the overview shows what was asked and refused, and the keys that need attention', async () => {
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    const { secret } = await server.mint({
      name: '<b>ends soon</b>',
      scopes: ['keys:read'],
      expires_at: soon,
    });
    const leaked = await server.mint({ name: 'leaked' });
    await server.request('POST', `/v1/keys/${leaked.id}/quarantine`);
    for (let i = 0; i < 3; i++) await server.request('GET', '/v1/audit', { key: secret });
    const { page } = await openConsole(server, { signIn: { key: server.adminKey } });
    await page.getByText('Keys that expire within 7 days').waitFor();
    await page.getByRole('link', { name: '<b>ends soon</b>' }).waitFor();
    await page.getByText('Keys in quarantine').waitFor();
    await expect
      .poll(() => page.getByRole('img', { name: /requests and [1-9]\d* refusals in 24 hours/ }).count())
      .toBe(1);
    await page.getByText('Workers online').waitFor();
    await page.getByText('7 days', { exact: true }).click();
    await page.getByRole('img', { name: /refusals in 7 days/ }).waitFor();
    expect(page.url()).toBe(`${server.url}/?range=week`);
  });

  test('the button of the colours makes the page dark, and keeps it so', async () => {
    const { page } = await openConsole(server, { signIn: { key: server.adminKey } });
    await page.getByRole('button', { name: 'Use dark colours' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Use light colours' }).waitFor();
  });
});
