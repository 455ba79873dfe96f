import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../server/test/upstream.ts';
import { openConsole } from './browser.ts';

const NAME = 'hosted';
const SECRET = 'sk-upstream-0123456789abcdef';

describeOnServer('sqlite', 'the pages of upstreams and models', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    upstream.models = ['gpt-test'];
  });

  test('an upstream is added with a key and a price, tested step by step, changed and removed', async () => {
    const { page, inspect, holdsNone } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/upstreams',
    });
    await page.getByRole('link', { name: 'Add an upstream' }).first().click();
    await page.getByLabel('Name').fill(NAME);
    await page.getByLabel('Address').fill(upstream.baseUrl);
    await page.getByLabel('Key of the upstream').fill(SECRET);
    await page.getByRole('button', { name: 'Add a price' }).click();
    await page.getByLabel('Model or pattern').fill('gpt-*');
    await page.getByLabel('Input of gpt-*', { exact: true }).fill('2.50');
    await page.getByLabel('Output of gpt-*').fill('10');
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('heading', { name: NAME }).waitFor();
    await holdsNone([SECRET]);
    await page.getByText('One that ends in').waitFor();
    await page.getByRole('button', { name: `Test ${NAME}` }).click();
    await page.getByText('The upstream works.').waitFor();
    await inspect('upstream-test');
    await page.keyboard.press('Escape');
    await page.getByLabel('Weight').fill('3');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`${NAME} was changed`).waitFor();
    const { body } = await server.request<{
      items: { weight: number; has_api_key: boolean; prices: object }[];
    }>('GET', '/v1/upstreams');
    expect(body.items[0]).toMatchObject({
      weight: 3,
      has_api_key: true,
      prices: { 'gpt-*': { input_usd_per_million_tokens: '2.50', output_usd_per_million_tokens: '10' } },
    });
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('table', { name: 'Models' }).getByText('gpt-test').waitFor();
    await page.getByRole('link', { name: 'Upstreams' }).click();
    await page.getByRole('link', { name: NAME }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('There is no upstream yet').waitFor();
  });

  test('an address that does not answer fails the test at its step, and a bad field is named at the field', async () => {
    const { page, complaints, inspect } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/upstreams/new',
    });
    await page.getByLabel('Name').fill('nowhere');
    await page.getByLabel('Address').fill('ftp://127.0.0.1');
    await page.getByRole('button', { name: 'Add it' }).click();
    await expect.poll(() => page.getByText(/^must begin with http/).count()).toBeGreaterThan(0);
    expect(complaints.splice(0).join()).toContain('422');
    await inspect('upstream-refused');
    await page.getByLabel('Address').fill('http://127.0.0.1:9/v1');
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('button', { name: 'Test nowhere' }).click();
    await page.getByText('The upstream does not work').waitFor();
  });

  test('an upstream whose last test failed is not said to work, though requests went well', async () => {
    const { body } = await server.request<{ id: string }>('POST', '/v1/upstreams', {
      body: { name: 'shaky', base_url: upstream.baseUrl, models: ['shaky-model'] },
    });
    upstream.answer(json({ choices: [] }), json({ error: { message: 'no' } }, 401));
    const asked = { model: 'shaky-model', messages: [{ role: 'user', content: 'Hello' }] };
    const options = { isPassedOn: true, body: asked };
    expect((await server.request('POST', '/v1/chat/completions', options)).status).toBe(200);
    const { page, open } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/upstreams',
    });
    const row = page.getByRole('row', { name: 'shaky' });
    await row.getByText('works', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Test shaky' }).click();
    await page.getByText('The upstream does not work').waitFor();
    await page.keyboard.press('Escape');
    await row.getByText('requests work, the last test failed').waitFor();
    expect(await row.getByText('works', { exact: true }).count()).toBe(0);
    await open('/');
    await page.getByRole('region', { name: 'Needs attention today' }).getByText('shaky').waitFor();
    await server.request('DELETE', `/v1/upstreams/${body.id}`);
  });

  test('what was typed stays when somebody else changes the upstream, and does not overwrite that change', async () => {
    const { body } = await server.request<{ id: string }>('POST', '/v1/upstreams', {
      body: { name: 'shared', base_url: upstream.baseUrl, models: ['shared'] },
    });
    const path = `/v1/upstreams/${body.id}`;
    const { page, complaints } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: `/upstreams/${body.id}`,
    });
    const [timeout, weight] = [page.getByLabel('Timeout, seconds'), page.getByLabel('Weight')];
    await timeout.fill('90');
    await server.request('PATCH', path, { body: { weight: 4, name: 'shared-too' } });
    // The page reads anew, as after a look at another window.
    await page.evaluate("dispatchEvent(new Event('offline'))");
    await page.getByRole('heading', { name: 'shared-too' }).waitFor();
    expect(await timeout.inputValue()).toBe('90');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => complaints).toEqual([expect.stringMatching(/status of 412/)]);
    complaints.length = 0;
    // Beside the warnings about the upstream.
    await page.getByRole('alert').filter({ hasText: 'has changed since it was read' }).waitFor();
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await expect.poll(() => weight.inputValue()).toBe('4');
    await weight.fill('5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('shared-too was changed').waitFor();
    const { body: now } = await server.request('GET', path);
    expect(now).toMatchObject({ weight: 5, timeout_seconds: 600 });
    await server.request('DELETE', path);
  });

  test('all upstreams are listed, however many there are', async () => {
    const many = 130;
    for (let one = 1; one <= many; one++)
      await server.request('POST', '/v1/upstreams', {
        body: { name: `many-${one}`, base_url: upstream.baseUrl, models: [`many-${one}`] },
      });
    const { page } = await openConsole(server, { signIn: { key: server.adminKey }, path: '/upstreams' });
    const oldest = page.getByRole('link', { name: 'many-1', exact: true });
    await page.getByRole('link', { name: `many-${many}`, exact: true }).waitFor();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 20_000);
        return oldest.isVisible();
      })
      .toBe(true);
  });
});
