import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

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

  test('verifying says that the record is whole', async () => {
    const { page } = await openAudit();
    await page.getByRole('button', { name: 'Verify the record' }).click();
    await page.getByText('The record is whole').waitFor();
  });

  test('the export is the record as a file', async () => {
    const { page } = await openAudit();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('keyward-audit.ndjson');
  });
});
