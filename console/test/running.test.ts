import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { hang, startTestUpstream } from '../../server/test/upstream.ts';
import { openConsole } from './browser.ts';

const PAYLOAD = '<img src=x onerror=alert(1)>';

describeOnServer('sqlite', 'the page of running requests', (start) => {
  let server: TestServer;
  let busy: NewKey;
  beforeAll(async () => {
    server = await start();
    const upstream = await startTestUpstream();
    upstream.answer(hang);
    await server.request('POST', '/v1/upstreams', {
      body: { name: 'slow', base_url: upstream.baseUrl, models: ['slow'], prices: {} },
    });
    busy = await server.mint({ name: PAYLOAD, scopes: ['models:use'] });
  });
  const chat = () =>
    server.request<{ error: { code: string } }>('POST', '/v1/chat/completions', {
      key: busy.secret,
      isPassedOn: true,
      body: { model: 'slow', messages: [{ role: 'user', content: 'Hello' }] },
    });

  test('a running request is shown with its key and model, and its end is confirmed by every node', async () => {
    const { page } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/running',
    });
    await page.getByText('Nothing is running').waitFor();
    const answer = chat();
    const row = page
      .getByRole('table', { name: 'Running requests' })
      .getByRole('row', { name: 'chat.completions' });
    await row.getByText(PAYLOAD).waitFor();
    await row.getByRole('button', { name: 'Stop', exact: true }).click();
    await page
      .getByText(/Every process acts on it \(1, within \d+ ms\)\. Running requests ended: 1\./)
      .waitFor();
    expect((await answer).status).not.toBe(200);
    await page.getByText('Nothing is running').waitFor();
  });

  test('all requests of a key end at once', async () => {
    const { page } = await openConsole(server, { signIn: { key: server.adminKey }, path: '/running' });
    const answers = [chat(), chat(), chat()];
    await expect.poll(() => page.getByRole('row', { name: 'chat.completions' }).count()).toBe(3);
    await page.getByRole('button', { name: 'More ways to stop chat.completions' }).first().click();
    await page.getByRole('menuitem', { name: 'All of the key' }).click();
    await page.getByText(/Running requests ended: 3\./).waitFor();
    for (const { status } of await Promise.all(answers)) expect(status).not.toBe(200);
  });
});
