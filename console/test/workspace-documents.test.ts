import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { embeddings } from '../../server/src/retrieval/retrieval.fixture.ts';
import { describeOnServer } from '../../server/test/server.ts';
import { json } from '../../server/test/upstream.ts';
import { expectHarmless, NAME_PAYLOAD } from './payloads.ts';
import { workspaceSuite } from './workspace.fixture.ts';

/** A name that Windows would not allow, with a script in it. */
const FILE_PAYLOAD = `${NAME_PAYLOAD.replaceAll('/', '')}.txt`;

interface Listed {
  docpath: string;
  pinned: boolean;
  notEmbedded?: { status: string };
}

describeOnServer('sqlite', 'the documents of a workspace', (start) => {
  const suite = workspaceSuite(start, 'harbour');
  const openDocuments = () => suite.open('?tab=documents');
  const held = async (): Promise<Listed[]> =>
    (
      await suite.chats.server.request<{ workspace: { documents: Listed[] }[] }>(
        'GET',
        `/v1/workspace/${suite.slug}`,
      )
    ).body.workspace[0]?.documents ?? [];
  const file = (name: string, text: string) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from(text),
  });
  const choose = (page: Page, ...files: ReturnType<typeof file>[]) =>
    page.getByLabel('Files', { exact: true }).setInputFiles(files);
  const upload = (page: Page, name: string) =>
    page.getByRole('list', { name: 'Uploads' }).getByRole('listitem', { name, exact: true });
  const table = (page: Page) => page.getByRole('table', { name: 'Documents' });

  test('files that are dropped are sent, read and embedded, and one that is no document says why', async () => {
    const { page, complaints } = await openDocuments();
    const transfer = await page.evaluateHandle<unknown>(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['The ferry leaves at nine.'], 'ferry.txt'));
      transfer.items.add(new File(['The kiosk opens at seven.'], 'kiosk.md'));
      transfer.items.add(new File([new Uint8Array([0x25, 0x50, 0x44, 0x46, 0x2d, 0x31, 0x0a, 0])], 'broken.pdf'));
      return transfer;
    })()`);
    const zone = page.getByRole('group', { name: 'Add documents' });
    await zone.dispatchEvent('dragover', { dataTransfer: transfer });
    await zone.dispatchEvent('drop', { dataTransfer: transfer });
    await upload(page, 'ferry.txt').getByText('Ready').waitFor();
    await upload(page, 'kiosk.md').getByText('Ready').waitFor();
    await upload(page, 'broken.pdf').getByText('Failed').waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
    expect(await upload(page, 'broken.pdf').getByRole('alert').textContent()).toMatch(/\w+ .*\./);
    await table(page).getByText('ferry.txt').waitFor();
    expect(await held()).toHaveLength(2);
    await page.getByRole('button', { name: 'Clear the list' }).click();
    await page.getByRole('list', { name: 'Uploads' }).waitFor({ state: 'detached' });
  });

  test('a large file shows how much of it was sent, and can be cancelled', async () => {
    const { page, context } = await openDocuments();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 2_000_000,
    });
    await choose(page, file('long.txt', 'Waves. '.repeat(3_000_000)));
    const row = upload(page, 'long.txt');
    await row.getByText(/^Sending, [1-9]\d* %$/).waitFor();
    await row.getByRole('button', { name: 'Cancel long.txt' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await held()).toEqual([]);
  });

  test('a file that is stored is embedded also where its line is hidden, and nothing says that it was cancelled', async () => {
    const { page } = await openDocuments();
    const { promise: isHidden, resolve: hidden } = Promise.withResolvers<void>();
    await page.route('**/update-embeddings', async (route) => {
      await isHidden;
      await route.continue();
    });
    await choose(page, file('kept.txt', 'The lighthouse is white.'));
    const row = upload(page, 'kept.txt');
    await row.getByText('Stored; embedding').waitFor();
    expect(await row.getByRole('button').allTextContents()).toEqual(['Hide']);
    await row.getByRole('button', { name: 'Hide kept.txt' }).click();
    await row.waitFor({ state: 'detached' });
    hidden();
    await table(page).getByText('kept.txt').waitFor();
    expect(await held()).toHaveLength(1);
  });

  test('a folder that is dropped, or chosen with the keyboard, is sent with the paths of its files, without the hidden ones', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-drop-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const files: [path: string, text: string][] = [
      ['handbook/README.md', 'The first one.'],
      ['handbook/deep/README.md', 'The second one.'],
      ['handbook/.git/config', 'hidden'],
      ['rules/deep/README.md', 'The third one.'],
      ['rules/.git/config', 'hidden'],
    ];
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { page, context } = await openDocuments();
    const box = await page.getByRole('group', { name: 'Add documents' }).boundingBox();
    const devtools = await context.newCDPSession(page);
    const data = { items: [], files: [join(folder, 'handbook')], dragOperationsMask: 1 };
    const at = { x: (box?.x ?? 0) + 50, y: (box?.y ?? 0) + 20, data };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await devtools.send('Input.dispatchDragEvent', { type, ...at });
    await upload(page, 'handbook/README.md').getByText('Ready').waitFor();
    await upload(page, 'handbook/deep/README.md').getByText('Ready').waitFor();
    await expect.poll(held).toHaveLength(2);
    await table(page).getByText('handbook/deep/README.md').waitFor();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a folder' }).press('Enter');
    await (await chooser).setFiles(join(folder, 'rules'));
    await upload(page, 'rules/deep/README.md').getByText('Ready').waitFor();
    await expect.poll(held).toHaveLength(3);
  });

  test(
    'many files at once are all sent, and a long list shows first what needs somebody',
    { timeout: 120_000 },
    async () => {
      const { page, complaints } = await openDocuments();
      const many = Array.from({ length: 24 }, (_, index) => file(`note-${index}.txt`, `Note ${index}.`));
      await choose(page, ...many, file('broken.pdf', '%PDF-1\n'));
      // A busy machine takes long to embed all of them.
      await page.getByText('Uploads: 25 of 25 finished').waitFor({ timeout: 90_000 });
      const rows = page.getByRole('list', { name: 'Uploads' }).getByRole('listitem');
      expect(await rows.count()).toBe(20);
      await page.getByText('and 5 more').waitFor();
      expect(await rows.first().innerText()).toContain('broken.pdf');
      expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
      expect(await held()).toHaveLength(24);
      await page.getByRole('textbox', { name: 'Search by title' }).fill('note-23');
      await expect.poll(() => table(page).getByRole('row').count()).toBe(2);
    },
  );

  test('what in a file was not read is said as a warning', async () => {
    const { page } = await openDocuments();
    const mail = [
      'From: ada@example.com',
      'To: bob@example.com',
      'Subject: Timetable',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'The ferry leaves at nine.',
      '--b',
      'Content-Type: image/png; name=map.png',
      'Content-Disposition: attachment; filename=map.png',
      'Content-Transfer-Encoding: base64',
      '',
      'iVBORw0KGgo=',
      '--b--',
      '',
    ].join('\r\n');
    await choose(page, file('timetable.eml', mail));
    await upload(page, 'timetable.eml').getByText('Ready').waitFor();
    await upload(page, 'timetable.eml')
      .getByText(/map\.png/)
      .waitFor();
  });

  test('a document that cannot be embedded yet is pending with the reason, and becomes ready by itself', async () => {
    const { page, inspect } = await openDocuments();
    const before = suite.chats.upstream;
    before.answer(json({ error: { message: 'down', type: 'x', code: 'x', param: null } }, 503));
    await choose(page, file('late.txt', 'Seals sleep on rocks.'));
    await upload(page, 'late.txt').getByText('Stored; waits to be embedded').waitFor();
    await table(page).getByText('pending').waitFor();
    await inspect('workspace-documents-pending');
    expect(await held()).toMatchObject([{ notEmbedded: { status: 'pending' } }]);
    before.answer(embeddings());
    // The server tries again within a minute; adding it again does it at once.
    const location = (await held())[0]?.docpath;
    await suite.chats.server.request('POST', `/v1/workspace/${suite.slug}/update-embeddings`, {
      body: { adds: [location] },
    });
    await table(page).getByText('ready').waitFor();
  });

  test('a document is pinned, taken out of the workspace, and put back with Undo', async () => {
    await suite.chats.add(suite.slug, 'hven', 'The ferry Havsvalan leaves at nine.');
    const { page } = await openDocuments();
    const pin = page.getByRole('switch', { name: 'Pin hven.txt' });
    await pin.press('Space');
    await expect.poll(held).toMatchObject([{ pinned: true }]);
    await page.getByRole('button', { name: 'Remove hven.txt' }).press('Enter');
    await page.getByText('This workspace has no documents').waitFor();
    expect(await held()).toEqual([]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await table(page).getByText('hven.txt').waitFor();
    expect(await held()).toHaveLength(1);
  });

  test('a link that the server may not fetch says why, and the dialog keeps the address', async () => {
    const { page, inspect, complaints } = await openDocuments();
    await page.getByRole('button', { name: 'Add a link' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a page of the web' });
    await dialog.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:1/secret');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').waitFor();
    await inspect('workspace-documents-link');
    expect(await dialog.getByRole('textbox', { name: 'Address' }).inputValue()).toBe(
      'http://127.0.0.1:1/secret',
    );
    expect(complaints.splice(0)).toEqual([expect.stringMatching(/status of 4\d\d/)]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  test('a file with a script in its name and a document with one in its title are shown as text', async () => {
    await suite.chats.add(suite.slug, NAME_PAYLOAD, 'Harmless.');
    const { page } = await openDocuments();
    await choose(page, file(FILE_PAYLOAD, 'Harmless too.'));
    await upload(page, FILE_PAYLOAD).getByText('Ready').waitFor();
    await expect.poll(() => held().then((list) => list.length)).toBe(2);
    await expectHarmless(page);
    await expect.poll(() => table(page).getByRole('row').count()).toBe(3);
  });
});
