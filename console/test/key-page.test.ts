import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { setCreated } from '../../server/src/keys/keys.fixture.ts';
import { openConsole } from './browser.ts';

const DAY_MS = 86_400_000;
const XSS = '<b onmouseover="document.title=1">"\'`';

describeOnServer('sqlite', 'the page of a key', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const open = (id: string, tab = '') =>
    openConsole(server, {
      signIn: { key: server.adminKey },
      path: `/keys/${id}${tab === '' ? '' : `?tab=${tab}`}`,
    });
  const read = async (id: string): Promise<NewKey['key']> =>
    (await server.request<NewKey['key']>('GET', `/v1/keys/${id}`)).body;

  test('the overview says what the key may do, what it used, why it was refused, and how much of its bounds is used', async () => {
    const { id, secret } = await server.mint({
      name: 'reports',
      scopes: ['models:use'],
      limits: [{ name: 'per_minute', requests: 3, window_seconds: 60 }],
      budgets: [{ name: 'monthly', unit: 'requests', amount: '10', period: 'month' }],
      tags: ['nightly'],
    });
    for (let index = 0; index < 5; index++) await server.request('GET', '/v1/models', { key: secret });
    const { page } = await open(id);
    const says = page.getByRole('status', { name: 'What the key may do' });
    await expect
      .poll(() => says.textContent())
      .toBe('This key may use any model, at most 3 requests a minute and 10 requests a month.');
    await expect
      .poll(async () => {
        await page.reload();
        await page.getByText(/requests, \d of them refused/).waitFor();
        return page.getByText(/requests, \d of them refused/).textContent();
      })
      .toBe('5 requests, 2 of them refused');
    const reasons = page.getByRole('table', { name: 'Refused requests by reason' });
    await expect.poll(() => reasons.textContent()).toContain('A limit of requests was reached2');
    await page
      .getByRole('img', { name: 'Over time: 5 requests, 2 of them refused' })
      .locator('canvas')
      .waitFor();
    await page.getByLabel(/^per_minute: 3 of 3 requests a minute/).waitFor();
    await page.getByLabel(/^monthly: 3 of 10 requests a month/).waitFor();
    await expect
      .poll(() => page.getByRole('region', { name: 'About the key' }).textContent())
      .toMatch(/Last used from127\.0\.0\.1/);
    await page.getByText('30 days', { exact: true }).click();
    await expect.poll(() => page.url()).toBe(`${server.url}/keys/${id}?days=30`);
  });

  test('scopes that no request needed are named, and the form of the permissions begins without them', async () => {
    const { id, secret } = await server.mint({ name: 'wide', scopes: ['usage:read', 'jobs:*'] });
    await server.request('GET', '/v1/usage', { key: secret });
    await server.app.core.keys.lastUsed.flush();
    const { page, inspect } = await open(id);
    const uses = page.getByRole('region', { name: 'Use of its scopes' });
    await uses.getByText('A scope is called unused after 30 days').waitFor();
    expect(await uses.getByRole('link').count()).toBe(0);
    await setCreated(server.app.core.storage, id, Date.now() - 31 * DAY_MS);
    await page.reload();
    await uses.getByText('No request needed 3 of its 4 scopes in the last 30 days.').waitFor();
    await uses.getByRole('row', { name: /^submit jobs jobs:submit, by jobs:\* never in 30 days/ }).waitFor();
    await inspect('key-scopes');
    await uses.getByRole('link', { name: 'Take the unused scopes away' }).click();
    const says = page.getByRole('status', { name: 'What saving changes' });
    await expect
      .poll(() => says.textContent())
      .toBe('Takes awayIt may no longer submit jobs.It may no longer see jobs.It may no longer cancel jobs.');
    await page.getByRole('button', { name: 'Copy as…' }).click();
    const copy = page.getByRole('dialog', { name: 'The same from a terminal' });
    const command = await copy.getByLabel('CLI', { exact: true }).innerText();
    expect(command).toBe(`keyward keys update ${id} --scope usage:read`);
    expect(await copy.getByLabel('curl', { exact: true }).innerText()).toContain('{"scopes":["usage:read"]}');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('wide is changed').waitFor();
    expect(await read(id)).toMatchObject({ scopes: ['usage:read'] });
    await page.getByRole('tab', { name: 'Overview' }).click();
    await uses.getByText('Requests needed each of its scopes in the last 30 days.').waitFor();
  });

  test('a change is said before it is saved, and can be undone', async () => {
    const { id } = await server.mint({
      name: 'narrowed',
      scopes: ['models:use', 'jobs:submit'],
      tags: [XSS],
    });
    const { page, inspect } = await open(id, 'access');
    await page.getByRole('textbox', { name: 'Name' }).fill(XSS);
    await page.getByRole('checkbox', { name: 'submit jobs' }).uncheck();
    await page.getByRole('checkbox', { name: 'see usage' }).check();
    await page.getByRole('button', { name: 'Add a budget' }).click();
    const says = page.getByRole('status', { name: 'What saving changes' });
    await expect
      .poll(() => says.textContent())
      .toBe(
        `Takes awayIt may no longer submit jobs.At most 10 USD a month.GivesIt may see usage.AlsoIts name will be ${XSS}.`,
      );
    await inspect('key-access');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: XSS }).waitFor();
    expect(await read(id)).toMatchObject({
      name: XSS,
      scopes: ['models:use', 'usage:read'],
      budgets: [{ amount: '10' }],
    });
    await page.getByText(/Every process acts on it/).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'narrowed' }).waitFor();
    expect(await read(id)).toMatchObject({
      name: 'narrowed',
      scopes: ['models:use', 'jobs:submit'],
      budgets: [],
    });
  });

  test('the notes of a key are shown, changed and removed, and a line without a name is not stored', async () => {
    const { id } = await server.mint({ name: 'noted', metadata: { team: 'search', floor: 5 } });
    const { page, inspect } = await open(id, 'access');
    const row = (name: string) => page.getByRole('group', { name: `Metadata ${name}` });
    await row('floor').getByLabel('Value of floor').fill('6');
    await row('team').getByRole('button', { name: 'Remove team' }).click();
    await page.getByRole('button', { name: 'Add a note' }).click();
    await row('the new note').getByLabel('Value of the new note').fill(XSS);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('must have a name, such as team').waitFor();
    expect(await read(id)).toMatchObject({ metadata: { team: 'search', floor: 5 } });
    await row('the new note').getByLabel('Name of the note').fill('site');
    await inspect('key-metadata');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('noted is changed').waitFor();
    expect(await read(id)).toMatchObject({ metadata: { floor: 6, site: XSS } });
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('region', { name: 'About the key' }).getByText(XSS).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('region', { name: 'About the key' }).getByText('search').waitFor();
    expect(await read(id)).toMatchObject({ metadata: { team: 'search', floor: 5 } });
  });

  test('a change that somebody else made in between is not overwritten', async () => {
    const { id } = await server.mint({ name: 'shared', scopes: ['models:use'] });
    const { page, complaints } = await open(id, 'access');
    await page.getByRole('textbox', { name: 'Name' }).fill('mine');
    await server.request('PATCH', `/v1/keys/${id}`, { body: { name: 'theirs' } });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'has changed since' }).waitFor();
    expect(await read(id)).toMatchObject({ name: 'theirs' });
    expect(complaints.splice(0).join()).toMatch(/412/);
  });

  test('a key is revoked with its reason, and restored by the undo', async () => {
    const { id } = await server.mint({ name: 'lost', scopes: ['models:use'] });
    const { page, inspect } = await open(id);
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('menuitem', { name: 'Revoke…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke lost?' });
    await page.getByRole('textbox', { name: 'Reason' }).fill('left in a train');
    await inspect('key-revoke');
    await page.evaluate("document.documentElement.dataset.mantineColorScheme = 'dark'");
    await inspect('key-revoke-dark');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('left in a train').waitFor();
    expect(await read(id)).toMatchObject({ state: 'revoked', state_reason: 'left in a train' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Rotate' }).waitFor();
    expect(await read(id)).toMatchObject({ state: 'active' });
  });

  test('a key is quarantined, enabled, disabled and enabled again', async () => {
    const { id } = await server.mint({ name: 'paused', scopes: ['models:use'] });
    const { page } = await open(id);
    for (const [verb, label, state] of [
      ['Quarantine…', 'Quarantine', 'quarantined'],
      ['Disable for a while…', 'Disable', 'disabled'],
    ] as const) {
      await page.getByRole('button', { name: 'Stop it' }).click();
      await page.getByRole('menuitem', { name: verb }).click();
      await page.getByRole('dialog').getByRole('button', { name: label, exact: true }).click();
      const enable = page.getByRole('button', { name: 'Enable' });
      await enable.waitFor();
      expect(await read(id)).toMatchObject({ state });
      await enable.click();
      await enable.waitFor({ state: 'hidden' });
      expect(await read(id)).toMatchObject({ state: 'active' });
    }
  });

  test('an explanation says which check refuses a request, and a refused request asks for it with one click', async () => {
    const { id, secret } = await server.mint({
      name: 'asked',
      scopes: ['models:use'],
      selectors: { models: { allow: ['gpt-*'], deny: [] } },
    });
    await server.request('GET', '/v1/audit', { key: secret });
    const { page, inspect } = await open(id, 'refusals');
    await page.getByRole('combobox', { name: 'With which model?' }).fill('o1');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'The key does not cover the thing' }).waitFor();
    const checks = page.getByRole('table', { name: 'The checks, in their order' });
    expect(await checks.getByRole('row').filter({ hasText: 'Model or workspace' }).textContent()).toContain(
      '✗ refused',
    );
    await expect
      .poll(async () => {
        await page.reload();
        await page.getByText('Refused lately').waitFor();
        await page.waitForLoadState('networkidle');
        return page.getByRole('table', { name: 'Refused requests' }).count();
      })
      .toBe(1);
    await page
      .getByRole('table', { name: 'Refused requests' })
      .getByRole('button', { name: 'Explain' })
      .click();
    await page.getByRole('status').filter({ hasText: 'It would be refused: A scope is missing' }).waitFor();
    await inspect('key-refusals');
    expect(await read(id)).toMatchObject({ secrets: [{ quiet_seconds: null }] });
  });

  test('children are a tree whose branches open, and the history names each change', async () => {
    const parent = await server.mint({ name: 'team', scopes: ['models:use', 'keys:write'] });
    const child = await server.mint({ name: XSS, scopes: ['models:use', 'keys:write'], parent: parent.id });
    await server.mint({ name: 'grandchild', scopes: ['models:use'], parent: child.id });
    await server.request('PATCH', `/v1/keys/${parent.id}`, { body: { tags: ['a'] } });
    const { page } = await open(parent.id, 'children');
    await page.getByRole('link', { name: XSS }).waitFor();
    await page.getByRole('button', { name: `Children of ${XSS}` }).click();
    await page.getByRole('link', { name: 'grandchild' }).waitFor();
    await page.getByRole('link', { name: 'New child key' }).click();
    await page.getByText(`It counts against its parent ${parent.id}, and ends with it.`).waitFor();
    await page.goBack();
    await page.getByRole('tab', { name: 'History' }).click();
    const history = page.getByRole('table', { name: 'History of the key' });
    await expect.poll(() => history.textContent()).toMatch(/changed it.*tags.*made it/);
    await page.goto(`/keys/${child.id}`);
    await page.getByRole('link', { name: parent.id }).click();
    await page.getByRole('heading', { name: 'team' }).waitFor();
  });

  test('a key that does not exist is said in words', async () => {
    const { page, complaints } = await open('key_000000000000');
    await page.getByRole('alert').filter({ hasText: 'There is no such key.' }).waitFor();
    expect(complaints.splice(0).join()).toMatch(/404/);
  });

  test('the form of one key never holds what was typed for another, also after the way back', async () => {
    const parent = await server.mint({ name: 'parent', scopes: ['models:use', 'keys:write'] });
    const child = await server.mint({ name: 'child', scopes: ['models:use'], parent: parent.id });
    const { page } = await open(child.id, 'access');
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await expect.poll(() => name.inputValue()).toBe('child');
    await page.getByRole('link', { name: parent.id }).click();
    await page.getByRole('tab', { name: 'Permissions' }).click();
    await expect.poll(() => name.inputValue()).toBe('parent');
    await name.fill('typed for the parent');
    await page.goBack();
    await page.getByRole('heading', { name: 'child' }).waitFor();
    await expect.poll(() => name.inputValue()).toBe('child');
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  });
});
