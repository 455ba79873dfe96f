import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole, type ConsolePage } from './browser.ts';

const PASSWORD = 'correct horse battery';

/** Counts what a person does. */
function person({ page }: ConsolePage) {
  const done = { clicks: 0, fields: 0 };
  return {
    done,
    click: async (role: 'button' | 'link' | 'checkbox' | 'tab', name: string): Promise<void> => {
      done.clicks++;
      await page.getByRole(role, { name, exact: true }).first().click();
    },
    type: async (label: string | RegExp, text: string): Promise<void> => {
      done.fields++;
      await page.getByLabel(label).first().fill(text);
    },
  };
}

describeOnServer('sqlite', 'a newcomer', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('gets from the first page to a message with a working key in four fields and eight clicks', async () => {
    const console = await openConsole(server);
    const { page } = console;
    const ada = person(console);
    await ada.type('Admin key', server.adminKey);
    await ada.click('button', 'Sign in');
    await ada.type(/^Password/, PASSWORD);
    await ada.click('button', 'Set the password');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await ada.click('link', 'Make a key for somebody');
    await page.getByRole('heading', { name: 'New key' }).waitFor();
    await ada.type('Name', 'Grace');
    await ada.click('checkbox', 'Call any model');
    await ada.click('button', 'Make the key');
    await ada.type('Address in the texts below', server.url);
    await ada.click('tab', 'Message');
    const message = await page.getByRole('tabpanel').locator('pre').innerText();
    await ada.click('button', 'Copy Message');
    await ada.click('button', 'Done');
    await page.getByRole('heading', { name: 'Grace' }).waitFor();
    expect(ada.done).toEqual({ clicks: 8, fields: 4 });
    const [, key] = /: (sk-\S+)$/m.exec(message) ?? [];
    const [, base] = /base URL (\S+),/.exec(message) ?? [];
    const answer = await fetch(`${base}/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
  });
});
