import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

describeOnServer('sqlite', 'attacks on the console from other pages', (start) => {
  let server: TestServer;
  let evil: string;
  beforeAll(async () => {
    server = await start();
  });

  /** Another site on the same host: cookies do not know ports, so SameSite alone does not keep it out. */
  const evilPage = async (html: string): Promise<string> => {
    const site = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(html),
    );
    await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
    onTestFinished(() => void site.close());
    return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  };
  const keysNow = async () =>
    (await server.request<{ items: unknown[] }>('GET', '/v1/keys')).body.items.length;

  test('another page on the same host sends the cookie, and neither reads nor changes anything', async () => {
    const { context } = await openConsole(server, { signIn: { key: server.adminKey }, path: '/keys' });
    const before = await keysNow();
    evil = await evilPage(`<title>waiting</title><script>
      const tries = [
        fetch('${server.url}/v1/keys', { credentials: 'include' }).then((r) => r.text()),
        fetch('${server.url}/v1/keys', { method: 'POST', credentials: 'include', mode: 'no-cors',
          headers: { 'content-type': 'text/plain' }, body: '{"name":"stolen","role":"admin"}' }).then((r) => r.type),
        fetch('${server.url}/v1/keys', { method: 'POST', credentials: 'include',
          headers: { 'content-type': 'application/json', 'x-keyward-session': '1' }, body: '{"name":"stolen"}' }).then((r) => r.text()),
      ];
      Promise.allSettled(tries).then((all) => (document.title = JSON.stringify(all.map((one) => one.value ?? 'refused'))));
    </script><form method="post" action="${server.url}/v1/session"></form>`);
    await context.unrouteAll();
    const page = await context.newPage();
    await page.goto(evil);
    await expect.poll(() => page.title()).toBe('["refused","opaque","refused"]');
    expect(await keysNow()).toBe(before);
  });

  test('no page of another address shows the console in a frame', async () => {
    const { context } = await openConsole(server, { signIn: { key: server.adminKey }, path: '/keys' });
    evil = await evilPage(`<iframe src="${server.url}/keys" width="800" height="600"></iframe>`);
    await context.unrouteAll();
    const page = await context.newPage();
    await page.goto(evil);
    await expect.poll(() => page.frames().length).toBe(2);
    await page.waitForLoadState('networkidle');
    expect(
      await page
        .frames()[1]
        ?.locator('body')
        .innerText()
        .catch(() => ''),
    ).not.toContain('Keys');
  });

  test('a script that gets into the page does not run', async () => {
    const { page, complaints } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/keys',
    });
    await page.getByRole('table', { name: 'Keys' }).waitFor();
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'globalThis.isOwned = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="globalThis.isOwned = true">');
    }`);
    // The script, the attribute, and the image that is not there.
    await expect.poll(() => complaints.length).toBe(3);
    expect(await page.evaluate('globalThis.isOwned')).toBe(undefined);
    for (const complaint of complaints.splice(0))
      expect(complaint).toMatch(/Content Security Policy|Failed to load/);
  });
});
