import type { Route } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { enableUsers, enterAs, PASSWORD } from '../../server/src/developer/people/identity.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole, type ConsolePage } from './browser.ts';

describeOnServer('sqlite', 'signing in to the console', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('the admin key opens the page that was asked for, and the page keeps nothing of it', async () => {
    const { page, inspect, holdsNone } = await openConsole(server, { path: '/keys?q=first' });
    await page.getByRole('heading', { name: 'Sign in to Keyward' }).waitFor();
    await inspect('sign-in');
    await page.getByLabel('Admin key').fill(server.adminKey);
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Keys' }).getByText('first admin key').waitFor();
    expect(page.url()).toBe(`${server.url}/keys?q=first`);
    await holdsNone([server.adminKey]);
    await page.reload();
    await page.getByRole('table', { name: 'Keys' }).waitFor();
  });

  test('a wrong key is refused in words, and the page stays', async () => {
    const { page, complaints } = await openConsole(server, { path: '/sign-in' });
    await page.getByLabel('Admin key').fill('sk-kw1nothing');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(complaints.splice(0).join()).toMatch(/40[13]/);
  });

  test('signing out ends the session, and the way back shows nothing', async () => {
    const { page, context } = await openConsole(server, { signIn: { key: server.adminKey }, path: '/keys' });
    const cookies = await context.cookies();
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    await page.getByRole('button', { name: 'Administrator' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Keyward' }).waitFor();
    await context.addCookies(cookies);
    await page.goto('/keys');
    await page.getByRole('heading', { name: 'Sign in to Keyward' }).waitFor();
  });

  test('an answer from before the sign-in arrives after it, and signs nobody out', async () => {
    const { page } = await openConsole(server, { path: '/sign-in' });
    await page.getByLabel('Admin key').fill(server.adminKey);
    const asked = Promise.withResolvers<void>();
    const signedIn = page.waitForResponse((one) => one.request().method() === 'POST' && one.ok());
    const late = page.waitForEvent(
      'requestfinished',
      (one) => one.method() === 'GET' && one.url().endsWith('/v1/session'),
    );
    await page.route('**/v1/session', async (route) => {
      if (route.request().method() !== 'GET') return route.fallback();
      const response = await route.fetch();
      asked.resolve();
      await signedIn;
      await route.fulfill({ response });
    });
    // The frame comes after that answer.
    await page.route('**/assets/frame*', async (route) => {
      await Promise.race([late, page.waitForTimeout(1_000)]);
      await route.fallback();
    });
    // The page asks anew for all that it shows once the server answers again.
    await page.evaluate(`dispatchEvent(new Event('offline'))`);
    await asked.promise;
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Administrator' }).waitFor();
    await page.getByRole('link', { name: 'Running' }).click();
    await page.getByRole('heading', { name: 'Running' }).waitFor();
  });

  test('a link to another site in next is not followed', async () => {
    for (const next of ['https://example.org', '//example.org', '/\\example.org']) {
      const { page } = await openConsole(server, { path: `/sign-in?next=${encodeURIComponent(next)}` });
      await page.getByLabel('Admin key').fill(server.adminKey);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Administrator' }).waitFor();
      expect(new URL(page.url()).host).toBe(new URL(server.url).host);
    }
  });
});

/** The session ends just before this request: what the page reads late finds it still. */
async function endSessionAt({ page, context }: ConsolePage, path: string): Promise<void> {
  const end = async (route: Route): Promise<void> => {
    await context.clearCookies();
    await route.continue();
  };
  await page.route(`**${path}`, end, { times: 1 });
}

describeOnServer('sqlite', 'a session that ends while its page is open', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    await enterAs(server, 'admin', 'ada');
    await enterAs(server, 'manager', 'max');
  });
  /** A form with a name in it, whose session ended before it was sent. */
  const endedForm = async () => {
    const signIn = { username: 'ada', password: PASSWORD };
    const opened = await openConsole(server, { signIn, path: '/keys/new' });
    const { page, complaints } = opened;
    await page.getByRole('textbox', { name: 'Name' }).fill('half a form');
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    await endSessionAt(opened, '/v1/keys');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('Your session has ended.').waitFor();
    expect(await page.getByRole('heading', { name: 'New key' }).isVisible()).toBe(false);
    const enter = async (username: string): Promise<void> => {
      await page.getByRole('textbox', { name: 'Username' }).fill(username);
      await page.getByLabel(/^Password/).fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'New key' }).waitFor();
      expect(complaints.splice(0).join()).toMatch(/401/);
    };
    return { ...opened, enter };
  };

  test('hides the page, and shows it again with what was typed to the person who signs in again', async () => {
    const { page, enter, inspect } = await endedForm();
    await inspect('session-ended');
    await enter('ada');
    await page.getByText('Your session had ended').waitFor();
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('dialog', { name: 'The secret of half a form' }).waitFor();
  });

  test('leaves nothing of it to another person who signs in there', async () => {
    const { page, enter, holdsNone } = await endedForm();
    await enter('admin');
    await page.getByRole('button', { name: 'admin', exact: true }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('');
    await holdsNone(['half a form']);
  });

  test('hides its open dialog too, and goes on in it', async () => {
    const key = await server.mint({ name: 'turned' });
    const signIn = { username: 'ada', password: PASSWORD };
    const opened = await openConsole(server, { signIn, path: `/keys/${key.id}` });
    const { page, complaints } = opened;
    await page.getByRole('button', { name: 'Rotate' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rotate turned' });
    await dialog.waitFor();
    await endSessionAt(opened, '/rotate');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await page.getByText('Your session has ended.').waitFor();
    expect(await dialog.isVisible()).toBe(false);
    await page.getByRole('textbox', { name: 'Username' }).fill('ada');
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('dialog', { name: /secret/i }).waitFor();
    expect(complaints.splice(0).join()).toMatch(/401/);
  });

  test('is said in the same words by requests for workspaces, and the keyboard goes on in the open dialog', async () => {
    const signIn = { username: 'ada', password: PASSWORD };
    const { page, context, complaints } = await openConsole(server, { signIn, path: '/workspaces' });
    await page.getByRole('button', { name: 'New workspace' }).click();
    const dialog = page.getByRole('dialog', { name: 'New workspace' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Kept');
    await context.request.delete(`${server.url}/v1/session`, { headers: { 'x-keyward-session': '1' } });
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByText('Your session has ended.').waitFor();
    await page.getByRole('textbox', { name: 'Username' }).fill('ada');
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await dialog.getByText('Your session had ended').waitFor();
    await expect.poll(() => dialog.evaluate((one) => one.matches(':focus-within'))).toBe(true);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Kept' }).waitFor();
    await server.request('DELETE', '/v1/workspace/kept');
    expect(complaints.splice(0).join()).toMatch(/403/);
  });

  test('that cannot be ended is said to be open', async () => {
    const signIn = { username: 'ada', password: PASSWORD };
    const { page, complaints } = await openConsole(server, { signIn, path: '/account' });
    await page.route('**/v1/session', (route) =>
      route.request().method() === 'DELETE' ? route.fulfill({ status: 500 }) : route.continue(),
    );
    await page.getByRole('button', { name: 'ada', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor();
    expect(complaints.splice(0).join()).toMatch(/500/);
  });

  test('leaves nothing of it in another window where the person signs out in one', async () => {
    const signIn = { username: 'ada', password: PASSWORD };
    const { page, context, holdsNone } = await openConsole(server, { signIn, path: '/keys/new' });
    await page.getByRole('textbox', { name: 'Name' }).fill('half a form');
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByRole('button', { name: 'ada', exact: true }).click();
    await other.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Keyward' }).waitFor();
    expect(await page.getByText('Your session has ended.').count()).toBe(0);
    await holdsNone(['half a form']);
  });

  test('a role that changes while a page is open changes what the page shows', async () => {
    const signIn = { username: 'max', password: PASSWORD };
    const { page, complaints } = await openConsole(server, { signIn, path: '/workspaces' });
    await page.getByText('There is no workspace yet').waitFor();
    const { body } = await server.request<{ users: { id: number; username: string }[] }>(
      'GET',
      '/v1/admin/users',
    );
    const id = body.users.find(({ username }) => username === 'max')?.id;
    // Rights that were read just now are not read again at once.
    await page.clock.install();
    await page.clock.fastForward(10_000);
    await server.request('POST', `/v1/admin/users/${id}`, { body: { role: 'default' } });
    await page.getByRole('link', { name: 'Documents' }).click();
    await page.getByText('Your role does not include this page.').waitFor();
    expect(await page.getByRole('link', { name: 'Documents' }).count()).toBe(0);
    complaints.splice(0);
  });
});
