import { beforeAll, expect, test } from 'vitest';
import { startChats, type ChatServer } from '../../server/src/chat/chats.fixture.ts';
import { describeOnServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';
import { expectHarmless, NAME_PAYLOAD } from './payloads.ts';

describeOnServer('sqlite', 'the page of all documents', (start) => {
  let chats: ChatServer;
  beforeAll(async () => {
    chats = await startChats(start);
  });

  const note = (title: string, textContent = `About ${title}.`) =>
    chats.server.request('POST', '/v1/document/raw-text', { body: { textContent, metadata: { title } } });
  const folders = async (): Promise<Record<string, number>> => {
    const path = '/v1/documents/folders';
    const { body } = await chats.server.request<{ folders: { name: string; totalCount: number }[] }>(
      'GET',
      path,
    );
    return Object.fromEntries(body.folders.map(({ name, totalCount }) => [name, totalCount]));
  };
  const openDocuments = (search = '') =>
    openConsole(chats.server, { signIn: { key: chats.server.adminKey }, path: `/documents${search}` });

  test('without a document the page says what to do, and an upload appears in its folder', async () => {
    const { page, inspect } = await openDocuments();
    await page.getByText('There is no document yet').waitFor();
    await inspect('documents-empty');
    await page
      .getByLabel('Files', { exact: true })
      .setInputFiles({ name: 'first.txt', mimeType: 'text/plain', buffer: Buffer.from('The first one.') });
    const table = page.getByRole('table', { name: 'Documents in custom-documents' });
    await table.getByText('first.txt').waitFor();
    expect(await folders()).toEqual({ 'custom-documents': 1 });
  });

  test('a folder is made, documents are moved into it and back with Undo, and it is removed with them', async () => {
    await note('one');
    await note('two');
    const { page, inspect } = await openDocuments();
    await page.getByRole('button', { name: 'New folder' }).press('Enter');
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('reports');
    await page.keyboard.press('Enter');
    await page.getByText('This folder is empty').waitFor();
    expect(page.url()).toBe(`${chats.server.url}/documents?folder=reports`);
    const list = page.getByRole('navigation', { name: 'Folders' });
    await list.getByRole('link', { name: /custom-documents/ }).click();
    await page.getByRole('checkbox', { name: 'one.txt' }).check();
    await page.getByRole('checkbox', { name: 'two.txt' }).check();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Move 2 documents' });
    await dialog.waitFor();
    await inspect('documents-move');
    await dialog.getByRole('button', { name: 'Copy as…' }).click();
    await page
      .getByRole('dialog', { name: 'The same from a terminal' })
      .getByText(/move-files/)
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog.getByRole('combobox', { name: 'To the folder' }).fill('rep');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByText('2 documents moved to reports').waitFor();
    expect((await folders())['reports']).toBe(2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('checkbox', { name: 'one.txt' }).waitFor();
    expect((await folders())['reports']).toBe(0);
    await list.getByRole('link', { name: /reports/ }).click();
    await page.getByRole('button', { name: 'Remove this folder' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove this folder' }).click();
    await list.getByRole('link', { name: /reports/ }).waitFor({ state: 'detached' });
    expect(Object.keys(await folders())).toEqual(['custom-documents']);
  });

  test('marked documents are put into a workspace, and removed everywhere after a question', async () => {
    await chats.server.request('POST', '/v1/workspace/new', { body: { name: 'Shelf' } });
    await note('three');
    const { page } = await openDocuments();
    await page.getByRole('checkbox', { name: 'three.txt' }).check();
    await page.getByRole('button', { name: 'Add to a workspace' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('1 document put into Shelf').waitFor();
    await page
      .getByRole('row', { name: /three\.txt/ })
      .getByText('yes')
      .waitFor();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove 1 document?' });
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('checkbox', { name: 'three.txt' }).waitFor({ state: 'detached' });
    const shelf = await chats.server.request<{ workspace: { documents: unknown[] }[] }>(
      'GET',
      '/v1/workspace/shelf',
    );
    expect(shelf.body.workspace[0]?.documents).toEqual([]);
  });

  test('a refused name of a folder is said in the dialog, and a title with a script stays text', async () => {
    await note(NAME_PAYLOAD, 'Harmless.');
    const { page, complaints } = await openDocuments();
    await page.getByRole('table').waitFor();
    await expectHarmless(page);
    await page.getByRole('button', { name: 'New folder' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('../secrets');
    await page.keyboard.press('Enter');
    await dialog.getByText('A folder has no slash in its name').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('custom-documents');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('Folder by that name already exists').waitFor();
    expect(Object.keys(await folders())).toEqual(['custom-documents']);
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  test('a long folder is read page by page while it is scrolled', async () => {
    await Promise.all(Array.from({ length: 130 }, (_, index) => note(`many-${index}`)));
    const { page } = await openDocuments();
    await page.getByRole('table').waitFor();
    const pages: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/folder/')) pages.push(new URL(request.url()).search);
    });
    await page.keyboard.press('End');
    await expect.poll(() => pages).toContain('?offset=100&limit=100');
    // The search looks at all pages, also at one that was not scrolled to.
    const found = await openDocuments('?q=many-0.txt');
    await expect.poll(() => found.page.getByRole('row').count()).toBe(2);
    await found.page.getByRole('textbox', { name: 'Search by title' }).fill('no such title');
    await found.page.getByText('No document fits').waitFor();
  });
});
