import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

describeOnServer('sqlite', 'a console whose server cannot be reached', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('the page says so, keeps what was typed, and goes on by itself', async () => {
    const { page, context, complaints } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/upstreams/new',
    });
    await page.getByLabel('Name').fill('half-typed');
    await page.getByLabel('Address').fill('http://127.0.0.1:9/v1');
    await context.setOffline(true);
    await page.getByText('The server cannot be reached').waitFor();
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('alert', { name: /v1\/upstreams/ }).waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('half-typed');
    await context.setOffline(false);
    await page.getByText('The server cannot be reached').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('heading', { name: 'half-typed' }).waitFor();
    for (const complaint of complaints.splice(0))
      expect(complaint).toMatch(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  });
});
