import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole, type ConsolePage } from './browser.ts';

const PASSWORD = 'correct horse battery';
const OTHER = 'a longer password';

const THIRD = 'a third, still longer one';
const OWN_PAGE = { 'x-keyward-session': '1' };

/** The request that a form shows for a shell. */
async function commandOf({ page, inspect }: ConsolePage, form: Locator): Promise<string> {
  await form.getByRole('button', { name: 'Copy as…' }).click();
  const dialog = page.getByRole('dialog', { name: 'The same from a terminal' });
  const text = await dialog.getByLabel('curl', { exact: true }).innerText();
  await inspect('copy-as-secrets');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  return text;
}

describeOnServer('sqlite', 'first run, password and people', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('the admin key opens the first run once, the password opens the console from then on', async () => {
    const { page, inspect, holdsNone } = await openConsole(server);
    await page.getByLabel('Admin key').fill(server.adminKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await inspect('welcome');
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await holdsNone([server.adminKey, PASSWORD]);
    await page.getByRole('button', { name: 'Administrator' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Administrator' }).waitFor();
    await holdsNone([PASSWORD]);
  });

  test('a new password needs the current one, and ends the other sessions', async () => {
    const other = await openConsole(server, { signIn: { password: PASSWORD }, path: '/keys' });
    const { page, complaints, holdsNone } = await openConsole(server, {
      signIn: { password: PASSWORD },
      path: '/account',
    });
    await page.getByRole('row', { name: /this one/ }).waitFor();
    await page.getByLabel('Current password').fill('not the password');
    await page.getByLabel('New password').fill(OTHER);
    await page.keyboard.press('Enter');
    await page.getByText('must be your present password').first().waitFor();
    expect(complaints.splice(0).join()).toContain('422');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('All your other sessions ended.').waitFor();
    await holdsNone([PASSWORD, OTHER]);
    await other.page.reload();
    await other.page.getByRole('heading', { name: 'Sign in to Keyward' }).waitFor();
    other.complaints.splice(0);
  });

  test('another session is ended from the list', async () => {
    const other = await openConsole(server, { signIn: { password: OTHER }, path: '/keys' });
    const { page } = await openConsole(server, { signIn: { password: OTHER }, path: '/account' });
    const sessions = page.getByRole('table', { name: 'Sessions' }).getByRole('row');
    await expect.poll(() => sessions.count()).toBeGreaterThan(2);
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End all others' }).click();
    await expect.poll(() => sessions.count()).toBe(2);
    await other.page.reload();
    await other.page.getByRole('heading', { name: 'Sign in to Keyward' }).waitFor();
    other.complaints.splice(0);
  });

  test('the commands of the forms for the own session do what the forms do, and hold no secret', async () => {
    const opened = await openConsole(server, { path: '/sign-in' });
    const { page } = opened;
    const signIn = page.locator('form');
    await signIn.getByLabel(/^Password/).fill(OTHER);
    const signInCommand = await commandOf(opened, signIn);
    await page.getByLabel(/^Password/).press('Enter');
    await page.getByRole('button', { name: 'Administrator' }).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    const form = page.locator('form', { hasText: 'Change the password' });
    await form.getByLabel('Current password').fill(OTHER);
    await form.getByLabel('New password').fill(THIRD);
    const change = await commandOf(opened, form);
    for (const secret of [OTHER, THIRD]) expect(signInCommand + change).not.toContain(secret);
    const folder = mkdtempSync(`${tmpdir()}/keyward-`);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const run = (command: string, env: Record<string, string>) =>
      promisify(execFile)('sh', ['-c', command], { cwd: folder, env: { PATH: process.env['PATH'], ...env } });
    const signsIn = async (password: string): Promise<number> =>
      (await page.request.post('/v1/session', { data: { password }, headers: OWN_PAGE })).status();
    await run(signInCommand, { PASSWORD: OTHER });
    await run(change, { PASSWORD: OTHER, NEW_PASSWORD: THIRD });
    expect([await signsIn(OTHER), await signsIn(THIRD)]).toEqual([401, 200]);
    await run(change, { PASSWORD: THIRD, NEW_PASSWORD: OTHER });
    expect(await signsIn(OTHER)).toBe(200);
  });

  test('with several people: the first account, recovery codes, a forgotten password', async () => {
    const { page, inspect, holdsNone } = await openConsole(server, {
      signIn: { password: OTHER },
      path: '/welcome',
    });
    await page.getByRole('radio', { name: 'Several people' }).check();
    await page.getByLabel('Your username').fill('ada');
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Make my account' }).click();
    await page.getByRole('button', { name: 'ada' }).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    await page.getByLabel('Current password').last().fill(PASSWORD);
    await page.getByRole('button', { name: 'Make new codes' }).click();
    const dialog = page.getByRole('dialog');
    const codes = (await dialog.getByLabel('Recovery codes').innerText()).split('\n');
    expect(codes.length).toBeGreaterThanOrEqual(2);
    await inspect('recovery-codes');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await holdsNone([PASSWORD, ...codes]);
    await page.getByRole('button', { name: 'ada' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Forgotten the password?' }).click();
    // The page before has a field of the same name.
    await page.getByRole('heading', { name: 'Recover your account' }).waitFor();
    await page.getByLabel('Username').fill('ada');
    await page.getByLabel('First recovery code').fill(codes[0] ?? '');
    await page.getByLabel('Second recovery code').fill(codes[1] ?? '');
    await page.getByLabel('New password').fill(OTHER);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('button', { name: 'ada' }).waitFor();
  });

  test('an invited person makes an account, once', async () => {
    const invite = await server.request<{ invite: { code: string } }>('POST', '/v1/admin/invite/new', {
      body: {},
    });
    const { code } = invite.body.invite;
    const { page, holdsNone } = await openConsole(server, { path: `/invite/${code}` });
    await page.getByLabel('Username').fill('bob');
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Make my account' }).click();
    await page.getByRole('button', { name: 'bob' }).waitFor();
    await holdsNone([PASSWORD, code]);
    const again = await openConsole(server, { path: `/invite/${code}` });
    await again.page.getByRole('link', { name: 'Sign in' }).waitFor();
  });

  test('a member sees only pages that serve members', async () => {
    const { page } = await openConsole(server, { signIn: { username: 'bob', password: PASSWORD } });
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const pages = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    expect(await pages.allInnerTexts()).not.toContain('Audit');
  });
});
