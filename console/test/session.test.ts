import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

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
