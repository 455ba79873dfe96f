import { beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { enableUsers, PASSWORD } from '../../server/src/developer/people/identity.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

/** Holds the requests of one kind until they are let go. */
async function hold(page: Page, path: string, status?: number): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(path, async (route) => {
    if (route.request().method() === 'GET') return route.continue();
    await promise;
    return status === undefined ? route.continue() : route.fulfill({ status });
  });
  return resolve;
}

describeOnServer('sqlite', 'a request whose form was closed before the answer', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
  });
  const open = (path: string) =>
    openConsole(server, { signIn: { username: 'admin', password: PASSWORD }, path });

  test('and is refused says so in a notice, once', async () => {
    const { page, complaints } = await open('/documents');
    const answer = await hold(page, '**/v1/document/create-folder', 500);
    await page.getByRole('button', { name: 'New folder' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('reports');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    answer();
    await page.getByRole('alert').filter({ hasText: 'What you sent before was not done' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(1);
    expect(complaints.splice(0).join()).toMatch(/500/);
  });

  test('and made a folder leads nobody away from the page that was opened meanwhile', async () => {
    const { page } = await open('/documents');
    const answer = await hold(page, '**/v1/document/create-folder');
    await page.getByRole('button', { name: 'New folder' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('slow');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByRole('table', { name: 'Keys' }).waitFor();
    const visited: string[] = [];
    page.on('framenavigated', (frame) => visited.push(new URL(frame.url()).pathname));
    const answered = page.waitForResponse('**/v1/document/create-folder');
    answer();
    expect((await answered).status()).toBe(200);
    await page.getByRole('link', { name: 'Owners' }).click();
    await page.getByRole('table', { name: 'Owners' }).waitFor();
    expect(visited).toEqual(['/owners']);
  });

  test('and made recovery codes says that nobody saw them', async () => {
    const { page } = await open('/account');
    const answer = await hold(page, '**/v1/session/recovery-codes');
    const form = page.locator('form').filter({ hasText: 'Recovery codes' });
    await form.getByLabel('Current password').fill(PASSWORD);
    await form.getByRole('button', { name: 'Make new codes' }).click();
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByRole('table', { name: 'Keys' }).waitFor();
    answer();
    await page.getByText('New recovery codes replaced yours, and nobody saw them.').waitFor();
  });

  test('and made a key says that nobody saw its secret', async () => {
    const { page } = await open('/keys/new');
    const answer = await hold(page, '**/v1/keys');
    await page.getByRole('textbox', { name: 'Name' }).fill('unseen');
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('link', { name: 'Owners' }).click();
    await page.getByRole('table', { name: 'Owners' }).waitFor();
    answer();
    await page.getByText('A key was made, and nobody saw its secret.').waitFor();
  });

  test('the next person that is added begins as a member, also after an administrator', async () => {
    const { page } = await open('/people');
    const add = page.getByRole('button', { name: 'Add a person' });
    await add.click();
    const dialog = page.getByRole('dialog', { name: 'Add a person' });
    await dialog.getByRole('textbox', { name: 'Username' }).fill('grace');
    await dialog.getByLabel(/^First password/).fill(PASSWORD);
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'administrator' }).click();
    await dialog.getByRole('button', { name: 'Add' }).click();
    await page.getByText('grace can sign in').waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await add.click();
    expect(await dialog.getByRole('combobox', { name: 'Role' }).inputValue()).toBe('member');
  });

  test('who is signed in goes on from the way in, and from the first steps', async () => {
    const { page, open: go } = await open('/sign-in?next=%2Fowners');
    await page.getByRole('table', { name: 'Owners' }).waitFor();
    await go('/sign-in');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await go('/welcome');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  });
});
