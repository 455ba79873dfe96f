import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

const ZONE = 'Asia/Kolkata';
const format = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: ZONE,
});

describeOnServer('sqlite', 'exact times', (start) => {
  let server: TestServer;
  let key: NewKey;
  let expires: string;
  beforeAll(async () => {
    server = await start();
    expires = new Date(Date.now() + 3 * 86_400_000).toISOString();
    key = await server.mint({ name: 'reports', expires_at: expires });
  });
  const open = (path: string) =>
    openConsole(server, { signIn: { key: server.adminKey }, path, timezoneId: ZONE });
  const exact = (): string => format.format(new Date(expires));

  test('a page of a thing has the exact time as text beside the relative one', async () => {
    const { page } = await open(`/keys/${key.id}`);
    await page.getByText(`in 3 days (${exact()})`).first().waitFor();
  });

  test('a list has the exact time for screen readers, and no place more for the Tab key', async () => {
    const { page } = await open('/keys');
    const row = page.getByRole('row', { name: 'reports' });
    const time = row.locator('time').last();
    expect(await time.textContent()).toBe(`in 3 days, ${exact()}`);
    expect(await row.locator('time[tabindex], time *[tabindex], time button').count()).toBe(0);
  });

  test('by keyboard alone lists show exact times in place of relative ones, also after a reload', async () => {
    const { page, inspect } = await open('/keys');
    const time = page.getByRole('row', { name: 'reports' }).locator('time').last();
    await time.waitFor();
    const choose = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: 'Administrator' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name }).focus();
      await page.keyboard.press('Enter');
    };
    await choose('Tables: exact times');
    await expect.poll(() => time.innerText()).toBe(exact());
    await inspect('keys-exact-times');
    await page.reload();
    await expect.poll(() => time.innerText()).toBe(exact());
    await choose('Tables: how long ago');
    await expect.poll(() => time.innerText()).toContain('in 3 days');
  });
});
