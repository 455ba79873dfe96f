import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';
import { expectHarmless, NAME_PAYLOAD } from './payloads.ts';

describeOnServer('sqlite', 'the page of the audit record', (start) => {
  let server: TestServer;
  let key: NewKey;
  beforeAll(async () => {
    server = await start();
    key = await server.mint({ name: 'reports' });
    await server.mint({ name: 'other' });
  });
  const openAudit = (path = '/audit') => openConsole(server, { signIn: { key: server.adminKey }, path });

  test('records are filtered, and the address keeps the filter', async () => {
    const { page } = await openAudit();
    const rows = page.getByRole('table', { name: 'Audit records' }).getByRole('row');
    await page.getByText(/records\. Head signed/).waitFor();
    await page.getByRole('textbox', { name: 'Target' }).fill(key.id);
    await expect.poll(() => rows.count()).toBe(2);
    await page.reload();
    expect(await page.getByRole('textbox', { name: 'Target' }).inputValue()).toBe(key.id);
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => rows.count()).toBeGreaterThan(2);
    expect(await page.getByRole('textbox', { name: 'Target' }).inputValue()).toBe('');
  });

  test('Clear also forgets what was typed a moment before', async () => {
    const { page } = await openAudit('/audit?outcome=ok');
    const actor = page.getByRole('textbox', { name: 'Actor' });
    const clear = page.getByRole('button', { name: 'Clear' });
    await clear.waitFor();
    await actor.fill('nobody');
    await clear.click();
    await expect.poll(() => actor.inputValue()).toBe('');
    expect(new URL(page.url()).search).toBe('');
  });

  test('a record opens by keyboard, has an address of its own, and never shows the secret', async () => {
    const { page, holdsNone } = await openAudit(`/audit?target=${key.id}`);
    await page.getByRole('button', { name: /^Record \d+$/ }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Hash of the record before').waitFor();
    await holdsNone([key.secret]);
    expect(page.url()).toMatch(/record=\d+/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('a record that the list does not show opens by its address, and its details are words', async () => {
    const limits = [{ name: 'minute', requests: 5, window_seconds: 60 }];
    const limited = await server.mint({ name: 'limited', limits });
    const { body } = await server.request<{ items: { seq: number }[] }>(
      'GET',
      `/v1/audit?target=${limited.id}`,
    );
    const seq = body.items[0]?.seq;
    const { page } = await openAudit(`/audit?target=${key.id}&record=${seq}`);
    const dialog = page.getByRole('dialog', { name: `Record ${seq}` });
    await dialog.getByRole('link', { name: 'limited' }).waitFor();
    const facts = dialog.getByRole('table', { name: 'Details of the record' });
    expect(await facts.innerText()).not.toMatch(/[{}[\]"]/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${server.url}/audit?target=${key.id}`);
  });

  test('actors and targets are names that lead to their pages, actions are words, and what is gone is said to be', async () => {
    const { body: owner } = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: NAME_PAYLOAD, kind: 'team' },
    });
    await server.request('DELETE', `/v1/owners/${owner.id}`);
    const { page, inspect } = await openAudit(`/audit?target=${key.id}`);
    const row = page.getByRole('table', { name: 'Audit records' }).getByRole('row').last();
    expect(await row.getByRole('cell').nth(3).innerText()).toBe('Made a key\nkeys.mint');
    const target = row.getByRole('cell').nth(4);
    expect(await target.innerText()).toBe(`reports\n${key.id}`);
    await inspect('audit-names');
    await page.goto(`/audit?target=${owner.id}&action=owners.delete`);
    await expect.poll(() => row.innerText()).toContain('Deleted an owner');
    expect(await target.innerText()).toBe(`${NAME_PAYLOAD}\n${owner.id}, no longer exists`);
    expect(await target.getByRole('link').count()).toBe(0);
    await expectHarmless(page);
    await page.goto(`/audit?target=${key.id}`);
    await row.getByRole('link', { name: 'reports' }).click();
    await page.getByRole('heading', { name: 'reports' }).waitFor();
  });

  test('verifying says that the record is whole', async () => {
    const { page } = await openAudit();
    await page.getByRole('button', { name: 'Verify the record' }).click();
    await page.getByText('The record is whole').waitFor();
  });

  test('the export is the whole record, or what the filters show, and the command for it is shown', async () => {
    const refused = await server.mint({ scopes: ['keys:read'] });
    await server.request('GET', '/v1/audit', { key: refused.secret });
    const { page } = await openAudit();
    const save = async (
      name: string,
    ): Promise<[file: string, lines: { outcome?: string; format?: string }[]]> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name }).click(),
      ]);
      const text = readFileSync(await download.path(), 'utf8');
      const lines = text.trimEnd().split('\n');
      return [download.suggestedFilename(), lines.map((line) => JSON.parse(line) as object)];
    };
    const [all, whole] = await save('Export all records');
    expect([all, whole[0]?.format]).toEqual(['keyward-audit.ndjson', 'keyward-audit']);
    await page.getByPlaceholder('Any', { exact: true }).click();
    await page.getByRole('option', { name: 'refused' }).click();
    await page.getByRole('link', { name: 'Export these records' }).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(1);
    const [name, [header, ...records]] = await save('Export these records');
    expect([name, header?.format]).toEqual(['keyward-audit-selection.ndjson', 'keyward-audit-selection']);
    expect(records.map(({ outcome }) => outcome)).toContain('refused');
    expect(new Set(records.map(({ outcome }) => outcome)).size).toBe(1);
    await page.getByRole('button', { name: 'Copy as…' }).click();
    expect(await page.getByLabel('CLI', { exact: true }).textContent()).toBe(
      'keyward audit export keyward-audit-selection.ndjson --outcome refused',
    );
    expect(await page.getByLabel('curl', { exact: true }).textContent()).toContain(
      `'${server.url}/v1/audit/export?outcome=refused'`,
    );
  });
});
