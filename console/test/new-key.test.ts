import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

interface Minted {
  scopes: string[];
  role: string | null;
  selectors: { workspaces: { allow: string[] }; models: { allow: string[] } };
}

describeOnServer('sqlite', 'the page that makes a key', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    for (const name of ['Handbook', 'Salaries'])
      await server.request('POST', '/v1/workspace/new', { body: { name } });
  });
  const open = (key = server.adminKey) => openConsole(server, { signIn: { key }, path: '/keys/new' });
  const newest = async (): Promise<Minted> =>
    (await server.request<{ items: Minted[] }>('GET', '/v1/keys?limit=1')).body.items[0] as Minted;

  test('a key for one workspace is made by its task alone, and its secret is in no place after the dialog', async () => {
    const { page, inspect, holdsNone } = await open();
    await page.getByRole('textbox', { name: 'Name' }).fill('ferry page');
    await page.getByRole('checkbox', { name: 'Chat with one workspace' }).click();
    const says = page.getByRole('status', { name: 'What the key may do' });
    await expect.poll(() => says.textContent()).toBe('This key may chat with the workspace ….');
    await page.getByRole('combobox', { name: 'Which workspace?' }).fill('hand');
    await page.getByRole('option', { name: 'handbook' }).click();
    await expect.poll(() => says.textContent()).toBe('This key may chat with the workspace handbook.');
    await page.keyboard.press('Tab');
    await inspect('new-key');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog', { name: 'The secret of ferry page' });
    const secret = (await dialog.getByLabel('Secret', { exact: true }).textContent()) ?? '';
    expect(secret).toMatch(/^sk-kw1/);
    await inspect('new-key-secret');
    await dialog.getByRole('button', { name: 'Copy the secret' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'ferry page' }).waitFor();
    await holdsNone([secret]);
    expect(await newest()).toMatchObject({
      scopes: ['workspaces:read', 'workspaces:chat'],
      selectors: { workspaces: { allow: ['handbook'] }, models: { allow: [] } },
    });
  });
});
