import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { says, startChats, type ChatServer } from '../../server/src/chat/chats.fixture.ts';
import { describeOnServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';
import { expectHarmless, MARKDOWN_PAYLOAD, NAME_PAYLOAD } from './payloads.ts';

interface Made {
  embed: { uuid: string };
}

describeOnServer('sqlite', 'the pages of widgets', (start) => {
  let chats: ChatServer;
  beforeAll(async () => {
    chats = await startChats(start);
    await chats.server.request('POST', '/v1/workspace/new', { body: { name: 'Docs' } });
    await chats.add('docs', 'hven', 'The ferry Havsvalan leaves at nine.');
  });
  beforeEach(() => chats.answer(says(['It leaves at ', '**nine**.'])));

  const openWidgets = (path = '/widgets') =>
    openConsole(chats.server, { signIn: { key: chats.server.adminKey }, path });
  const make = async (body: object = {}): Promise<string> => {
    const asked = { workspace_slug: 'docs', chat_mode: 'chat', ...body };
    return (await chats.server.request<Made>('POST', '/v1/embed/new', { body: asked })).body.embed.uuid;
  };
  const settingsOf = async (uuid: string) =>
    (await chats.server.request<{ embed: object }>('GET', `/v1/embed/${uuid}`)).body.embed;

  test('a widget is made in a dialog, and its page gives the snippets to paste', async () => {
    const { page, inspect } = await openWidgets();
    await page.getByText('There is no widget yet').waitFor();
    await inspect('widgets-empty');
    await page.getByRole('button', { name: 'New widget' }).click();
    const dialog = page.getByRole('dialog', { name: 'New widget' });
    await dialog.getByPlaceholder('Choose a workspace').click();
    await page.getByRole('option', { name: 'Docs' }).click();
    await dialog.getByPlaceholder('https://example.com').fill('https://shop.example');
    await page.keyboard.press('Enter');
    await inspect('widgets-create');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Widget of Docs' }).waitFor();
    const uuid = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(await page.getByLabel('Script', { exact: true }).textContent()).toContain(
      `data-embed-id="${uuid}"\n        data-base-api-url="${chats.server.url}/api/embed"`,
    );
    expect(await settingsOf(uuid)).toMatchObject({
      allowlist_domains: '["https://shop.example"]',
      chat_mode: 'query',
      max_chats_per_day: 200,
      max_chats_per_session: 20,
    });
    await page.getByRole('link', { name: 'Widgets' }).click();
    await page.getByRole('table', { name: 'Widgets' }).getByText('open').waitFor();
  });

  test('the form snippet works on a page of an allowed site, and nowhere else', async () => {
    const { page, context } = await openWidgets(
      `/widgets/${await make({ allowlist_domains: ['https://other.example'] })}`,
    );
    const snippet = async () => (await page.getByLabel('Form', { exact: true }).textContent()) ?? '';
    const site = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(shown),
    );
    let shown = await snippet();
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    onTestFinished(() => void site.close());
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    await context.route(`${url}/**`, (route) => route.continue());
    const visitor = await context.newPage();
    const askThere = async (): Promise<void> => {
      await visitor.goto(`${url}/`);
      await visitor.getByRole('textbox', { name: 'Question' }).fill('When does it leave?');
      await visitor.getByRole('button', { name: 'Ask' }).click();
    };
    await askThere();
    await expect.poll(() => chats.asked().length).toBe(0);
    const uuid = await make({ allowlist_domains: [url] });
    await page.goto(`/widgets/${uuid}`);
    shown = await snippet();
    await askThere();
    await visitor.getByText('It leaves at **nine**.').waitFor();
    await page.getByRole('tab', { name: 'Questions' }).click();
    await page.getByText('When does it leave?').waitFor();
    expect(await page.getByRole('article').count()).toBe(1);
  });

  test('the preview asks as a visitor, says that this page may not, and answers once it may', async () => {
    const uuid = await make({ allowlist_domains: ['https://shop.example'] });
    const { page, inspect, complaints } = await openWidgets(`/widgets/${uuid}?tab=preview`);
    const preview = page.getByRole('region', { name: 'Preview' });
    const ask = async (): Promise<void> => {
      await preview.getByRole('textbox', { name: 'Question of a visitor' }).fill('When?');
      await page.keyboard.press('Enter');
    };
    await ask();
    await page.getByText('This page may not show the widget').waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('401')]);
    await inspect('widget-preview-refused');
    await page.getByRole('button', { name: 'Allow this page' }).click();
    await page.getByText('This page may not show the widget').waitFor({ state: 'detached' });
    await ask();
    await preview.getByText('It leaves at nine.').waitFor();
    await inspect('widget-preview');
    expect(await settingsOf(uuid)).toMatchObject({
      allowlist_domains: JSON.stringify(['https://shop.example', chats.server.url]),
    });
  });

  test('settings are changed and undone, and a site that cannot be read is refused', async () => {
    const uuid = await make({ allowlist_domains: ['https://shop.example'] });
    const { page, complaints } = await openWidgets(`/widgets/${uuid}?tab=settings`);
    const form = page.getByRole('form', { name: 'Settings' });
    await form.getByRole('textbox', { name: 'Questions a day' }).fill('7');
    await form.getByRole('checkbox', { name: 'Pages may name a model' }).check();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved').waitFor();
    expect(await settingsOf(uuid)).toMatchObject({ max_chats_per_day: 7, allow_model_override: true });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(() => settingsOf(uuid))
      .toMatchObject({ max_chats_per_day: null, allow_model_override: false });
    await form.getByRole('checkbox', { name: 'Pages may name a model', checked: false }).waitFor();
    await form.getByPlaceholder('https://example.com').fill('ftp://shop.example');
    await page.keyboard.press('Enter');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').getByText('allowlist_domains cannot be read').waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  test('a widget is closed, opened again with Undo, and deleted after a question', async () => {
    const uuid = await make();
    const { page } = await openWidgets(`/widgets/${uuid}`);
    await page.getByText('Any site may show it').waitFor();
    await page.getByRole('switch', { name: 'Open to visitors' }).press('Space');
    await page.getByText('The widget is closed').waitFor();
    expect(await settingsOf(uuid)).toMatchObject({ enabled: false });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => settingsOf(uuid)).toMatchObject({ enabled: true });
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Widgets' }).waitFor();
    expect((await chats.server.request('GET', `/v1/embed/${uuid}`)).status).toBe(404);
  });

  test('a widget whose key has ended says so, and is taken over with one press', async () => {
    const { secret, id } = await chats.server.mint({
      scopes: ['embeds:manage', 'workspaces:chat', 'models:use'],
    });
    const body = { workspace_slug: 'docs', allowlist_domains: null };
    const { uuid } = (await chats.server.request<Made>('POST', '/v1/embed/new', { key: secret, body })).body
      .embed;
    await chats.server.request('POST', `/v1/keys/${id}/revoke`, { body: { reason: 'a test' } });
    const { page, inspect } = await openWidgets(`/widgets/${uuid}`);
    await page.getByText('It answers nobody').waitFor();
    await inspect('widget-ended');
    await page.getByRole('button', { name: 'Take it over' }).click();
    await page.getByText('It answers nobody').waitFor({ state: 'detached' });
  });

  test('what visitors write and what the model tells them is shown as text', async () => {
    const uuid = await make();
    await chats.server.request('POST', '/v1/workspace/docs/update', { body: { name: NAME_PAYLOAD } });
    chats.answer(says([MARKDOWN_PAYLOAD]));
    const { page, open } = await openWidgets(`/widgets/${uuid}?tab=preview`);
    await page.getByRole('textbox', { name: 'Question of a visitor' }).fill(NAME_PAYLOAD);
    await page.keyboard.press('Enter');
    await page.getByText('Before the attack.').waitFor();
    await expectHarmless(page);
    await open(`/widgets/${uuid}?tab=chats`);
    await page.getByRole('article').getByText('Before the attack.').waitFor();
    await page.getByRole('article').getByText(NAME_PAYLOAD).first().waitFor();
    await expectHarmless(page);
    await open('/widgets');
    await page.getByRole('link', { name: NAME_PAYLOAD }).first().waitFor();
    await expectHarmless(page);
  });

  test('a change of one setting takes back none that somebody else has made meanwhile, unseen by the page', async () => {
    const uuid = await make({ allowlist_domains: ['https://shop.example'] });
    const { page, complaints } = await openWidgets(`/widgets/${uuid}?tab=settings`);
    const form = page.getByRole('form', { name: 'Settings' });
    await form.getByRole('textbox', { name: 'Questions a day' }).fill('7');
    await chats.server.request('POST', `/v1/embed/${uuid}`, { body: { chat_mode: 'query' } });
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved').waitFor();
    expect(await settingsOf(uuid)).toMatchObject({ chat_mode: 'query', max_chats_per_day: 7 });
    await page.goto(`/widgets/${uuid}?tab=preview`);
    await page.getByRole('textbox', { name: 'Question of a visitor' }).fill('When?');
    await page.keyboard.press('Enter');
    const allow = page.getByRole('button', { name: 'Allow this page' });
    await allow.waitFor();
    const sites = ['https://shop.example', 'https://other.example'];
    await chats.server.request('POST', `/v1/embed/${uuid}`, { body: { allowlist_domains: sites } });
    await allow.click();
    await page.getByText('may show the widget', { exact: false }).last().waitFor();
    await allow.waitFor({ state: 'detached' });
    expect(complaints.splice(0)).toEqual([expect.stringContaining('401')]);
    const origin = new URL(chats.server.url).origin;
    expect(await settingsOf(uuid)).toMatchObject({ allowlist_domains: JSON.stringify([...sites, origin]) });
  });
});
