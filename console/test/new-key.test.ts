import { beforeAll, expect, test } from 'vitest';
import { Home } from '../../server/src/cli/cli.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

interface Minted {
  id: string;
  name: string;
  scopes: string[];
  role: string | null;
  limits: object[];
  budgets: { amount: string }[];
  expires_at: string | null;
  tags: string[];
  selectors: { workspaces: { allow: string[] }; models: { allow: string[]; deny: string[] }; ips: string[] };
}

describeOnServer('sqlite', 'the page that makes a key', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    for (const name of ['Handbook', 'Salaries'])
      await server.request('POST', '/v1/workspace/new', { body: { name } });
  });
  const open = () => openConsole(server, { signIn: { key: server.adminKey }, path: '/keys/new' });
  const newest = async (): Promise<Minted> =>
    (await server.request<{ items: Minted[] }>('GET', '/v1/keys?limit=1')).body.items[0] as Minted;

  test('a key for one workspace is made by its task alone, and its secret is in no place after the dialog', async () => {
    const { page, inspect, holdsNone } = await open();
    await page.getByRole('textbox', { name: 'Name' }).fill('ferry page');
    await page.getByRole('checkbox', { name: 'Chat with one workspace' }).click();
    const says = page.getByRole('status', { name: 'What the key may do' });
    await expect.poll(() => says.textContent()).toBe('This key may chat with the workspace (which one?).');
    await page.getByRole('combobox', { name: 'Which workspace?' }).fill('hand');
    await page.getByRole('option', { name: 'handbook' }).click();
    await expect.poll(() => says.textContent()).toBe('This key may chat with the workspace handbook.');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog', { name: 'The secret of ferry page' });
    const secret = (await dialog.getByLabel('Secret', { exact: true }).textContent()) ?? '';
    expect(secret).toMatch(/^sk-kw1/);
    await inspect('new-key-secret');
    await dialog.getByRole('button', { name: 'Copy the secret' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'ferry page' }).waitFor();
    await holdsNone([secret]);
    expect(await newest()).toMatchObject({
      scopes: ['workspaces:read', 'workspaces:chat'],
      selectors: { workspaces: { allow: ['handbook'] }, models: { allow: [] } },
    });
  });

  test('a task that needs a name makes no key without it: an empty list would cover all', async () => {
    const { page } = await open();
    const before = await newest();
    await page.getByRole('textbox', { name: 'Name' }).fill('unbounded');
    await page.getByRole('checkbox', { name: 'Call one model' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('Name a model and press Enter, or choose “Call any model”.').waitFor();
    expect((await newest()).id).toBe(before.id);
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    expect(await page.getByRole('combobox', { name: 'Which model?' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await newest()).toMatchObject({ name: 'unbounded', scopes: ['models:use'] });
  });

  test('a key for nothing is not made: the form asks what it is for', async () => {
    const { page } = await open();
    const before = await newest();
    await page.getByRole('textbox', { name: 'Name' }).fill('idle');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('alert').filter({ hasText: 'Choose what the key is for.' }).waitFor();
    expect((await newest()).id).toBe(before.id);
  });

  test('the message for a colleague has the key, what it may do, and an address that reaches the server', async () => {
    const { page } = await open();
    await page.getByRole('textbox', { name: 'Name' }).fill('Ada');
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog', { name: 'The secret of Ada' });
    const secret = await dialog.getByLabel('Secret', { exact: true }).innerText();
    await dialog.getByLabel('Address in the texts below').fill('https://keys.example.com/');
    await dialog.getByRole('tab', { name: 'Message' }).click();
    expect(await dialog.getByRole('tabpanel').locator('pre').innerText()).toBe(
      [
        `Your key Ada for Keyward: ${secret}`,
        'Server: https://keys.example.com',
        'In an OpenAI client: base URL https://keys.example.com/v1, model default, and the key as API key.',
        'This key may use any model.',
        'Guides: https://keys.example.com/docs',
      ].join('\n'),
    );
    await dialog.getByRole('button', { name: 'Copy Message' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Ada' }).waitFor();
  });

  test('a key is made with the keyboard alone, and the focus is in the dialog with its secret', async () => {
    const { page } = await open();
    await expect.poll(() => page.evaluate('document.activeElement?.getAttribute("maxlength")')).toBe('200');
    await page.keyboard.type('typed');
    for (let presses = 0; presses < 4; presses++) await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await expect
      .poll(() => page.getByRole('checkbox', { name: 'Call any model' }).getAttribute('aria-checked'))
      .toBe('true');
    await page.getByRole('textbox', { name: 'Name' }).focus();
    await page.keyboard.press('Enter');
    const copy = page.getByRole('dialog').getByRole('button', { name: 'Copy the secret' });
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Copy the secret');
    await copy.waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('You have not copied the secret').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'typed' }).waitFor();
    expect(await newest()).toMatchObject({ name: 'typed', scopes: ['models:use'] });
  });

  test('the details behind the tasks set every bound, and the shown command makes the same key', async () => {
    const { page, inspect } = await open();
    await page.getByRole('textbox', { name: 'Name' }).fill("it's detailed");
    await page.getByRole('checkbox', { name: 'Run batches' }).click();
    await page.getByRole('button', { name: '30 days' }).click();
    await page.getByRole('button', { name: 'Scopes, limits, budgets, addresses, tags and notes' }).click();
    await page.getByRole('checkbox', { name: 'see usage' }).check();
    await page.getByRole('combobox', { name: 'But never these models' }).fill('gpt-*');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Addresses' }).pressSequentially('10.0.0.0/8,');
    await page.getByRole('button', { name: 'Add a limit' }).click();
    await page.getByRole('button', { name: 'Add a budget' }).click();
    await page
      .getByRole('group', { name: 'Budget usd_month' })
      .getByRole('textbox', { name: 'At most' })
      .fill('2.50');
    await page.getByRole('combobox', { name: 'Tags' }).fill('nightly');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await inspect('new-key-details');
    const says = page.getByRole('status', { name: 'What the key may do' });
    await expect
      .poll(() => says.textContent())
      .toMatch(
        /^This key may use any model except gpt-\*, run batches, and see usage, at most 60 requests a minute and 2\.5 USD a month, from 10\.0\.0\.0\/8 only, until \d+ \w+ \d+\.$/,
      );
    await page.getByRole('button', { name: 'Copy as…' }).click();
    const terminal = page.getByRole('dialog', { name: 'The same from a terminal' });
    const command = (await terminal.getByLabel('CLI', { exact: true }).textContent()) ?? '';
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('dialog', { name: /The secret of/ }).waitFor();
    const made = await newest();
    expect(made).toMatchObject({
      limits: [{ name: 'per_minute', requests: 60, window_seconds: 60 }],
      budgets: [{ name: 'usd_month', unit: 'usd', amount: '2.50', period: 'month' }],
      selectors: { models: { allow: [], deny: ['gpt-*'] }, ips: ['10.0.0.0/8'] },
      tags: ['nightly'],
    });
    const home = new Home({ KEYWARD_URL: server.url, KEYWARD_API_KEY: server.adminKey });
    const { code, stderr } = await home.run(argumentsOf(command));
    home.remove();
    expect([code, stderr.includes('error')]).toEqual([0, false]);
    const { id: _, ...same } = await newest();
    const settings = ({ name, scopes, role, limits, budgets, expires_at, tags, selectors }: Minted) => ({
      name,
      scopes,
      role,
      limits,
      budgets,
      expires_at,
      tags,
      selectors,
    });
    expect(settings(same as Minted)).toEqual(settings(made));
  });

  test('what is missing or refused is said at its field, which gets the focus, and nothing that was typed is lost', async () => {
    const { page, complaints } = await open();
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    await page.getByRole('button', { name: 'Scopes, limits, budgets, addresses, tags and notes' }).click();
    await page.getByRole('combobox', { name: 'Addresses' }).pressSequentially('10.0.0.999,');
    const make = page.getByRole('button', { name: 'Make the key' });
    await make.click();
    await page.getByText('Give it a name, such as').waitFor();
    // The first field that is wrong has the focus.
    await expect.poll(() => page.evaluate('document.activeElement?.getAttribute("maxlength")')).toBe('200');
    await page.keyboard.type('named');
    await make.click();
    await page
      .getByText('must be an IP address or a CIDR range such as 10.0.0.0/8', { exact: true })
      .waitFor();
    const isFocused = 'document.activeElement?.getAttribute("aria-invalid")';
    await expect.poll(() => page.evaluate(isFocused)).toBe('true');
    expect(await page.getByText('10.0.0.999', { exact: true }).count()).toBe(1);
    expect(complaints.splice(0).join()).toMatch(/422/);
  });

  test('a year that is typed into an expiry keeps the rest of it, and the key expires then', async () => {
    const { page } = await open();
    await page.getByRole('textbox', { name: 'Name' }).fill('until 2031');
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    await page.getByRole('button', { name: '30 days', exact: true }).click();
    const field = page.getByLabel('Expires', { exact: true });
    const rest = (await field.inputValue()).slice('2031'.length);
    await field.focus();
    // From the day to the month, and to the year.
    for (const key of ['Tab', 'Tab', '2', '0', '3', '1']) await page.keyboard.press(key);
    expect(await field.inputValue()).toBe(`2031${rest}`);
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await newest()).toMatchObject({
      name: 'until 2031',
      expires_at: new Date(`2031${rest}`).toISOString(),
    });
  });

  test('a form that is sent twice at once makes one key, and shows its secret', async () => {
    const { page } = await open();
    await page.getByRole('textbox', { name: 'Name' }).fill('pressed twice');
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    const sent: string[] = [];
    page.on('request', (one) => one.method() === 'POST' && sent.push(one.url()));
    await page.getByRole('button', { name: 'Make the key' }).dblclick();
    await page.getByRole('dialog', { name: 'The secret of pressed twice' }).waitFor();
    expect(sent).toEqual([`${server.url}/v1/keys`]);
  });

  test('half an expiry makes no key that never expires: the form asks for the rest', async () => {
    const { page } = await open();
    const before = await newest();
    await page.getByRole('textbox', { name: 'Name' }).fill('half');
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    const field = page.getByLabel('Expires', { exact: true });
    await field.focus();
    for (const key of ['3', '1', '1', '2']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Make the key' }).click();
    const says = page.getByText('Complete the date and the time, or empty the field.');
    await says.waitFor();
    expect((await newest()).id).toBe(before.id);
    await page.getByRole('button', { name: 'Never', exact: true }).click();
    await says.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '1 day', exact: true }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('dialog').waitFor();
    expect((await newest()).expires_at).not.toBeNull();
  });
});

/** The words of a command as a shell reads them, without its name. */
const argumentsOf = (command: string): string[] =>
  [...command.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)]
    .map(([word]) =>
      word.replaceAll(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ''),
    )
    .slice(1);
