import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

describeOnServer('sqlite', 'the pages of keys', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await server.mint({ name: 'reports' });
  });

  test('the list shows each key and finds one by its name', async () => {
    const { page, inspect } = await openConsole(server, { signIn: { key: server.adminKey }, path: '/keys' });
    const table = page.getByRole('table', { name: 'Keys' });
    await table.getByText('reports').waitFor();
    await inspect('keys');
    await page.getByRole('textbox', { name: 'Search by name or id' }).fill('repor');
    await expect.poll(() => table.getByRole('row').count()).toBe(2);
    expect(page.url()).toBe(`${server.url}/keys?q=repor`);
  });
});
