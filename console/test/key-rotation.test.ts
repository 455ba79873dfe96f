import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

describeOnServer('sqlite', 'the rotation of a key', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const open = (id: string) =>
    openConsole(server, { signIn: { key: server.adminKey }, path: `/keys/${id}?tab=secrets` });
  const statusOf = async (key: string): Promise<number> =>
    (await server.request('GET', '/v1/keys/self', { key })).status;

  test('a rotation shows the new secret once, says who still uses the old one, and ends it', async () => {
    const { id, secret: old } = await server.mint({ name: 'crawler', scopes: ['models:use'] });
    const { page, inspect, holdsNone } = await open(id);
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('radio', { name: 'When nobody has used it for an hour' }).waitFor();
    await inspect('key-rotate');
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    const dialog = page.getByRole('dialog', { name: 'The secret of crawler' });
    const fresh = (await dialog.getByLabel('Secret', { exact: true }).textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Copy the secret' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await holdsNone([fresh, old]);
    await page.getByText('Nobody has used it since the rotation').waitFor();
    await page.getByText(/after an hour without use/).waitFor();
    expect([await statusOf(old), await statusOf(fresh)]).toEqual([200, 200]);
    await page.getByText('It is still in use').waitFor();
    await expect
      .poll(() => page.getByRole('region', { name: 'The old secret still works' }).textContent())
      .toMatch(/from 127\.0\.0\.1/);
    await page.getByRole('button', { name: 'End it now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End it now' }).click();
    await page.getByRole('heading', { name: 'Ended' }).waitFor();
    expect([await statusOf(old), await statusOf(fresh)]).toEqual([401, 200]);
  });

  test('a rotation that ends the old secret now refuses it at once', async () => {
    const { id, secret: old } = await server.mint({ name: 'leaked', scopes: ['models:use'] });
    const { page } = await open(id);
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('radio', { name: 'Now' }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('dialog', { name: 'The secret of leaked' }).waitFor();
    expect(await statusOf(old)).toBe(401);
  });

  test('after the dialog nothing in the memory of the page holds the secret', async () => {
    const { id } = await server.mint({ name: 'forgotten', scopes: ['models:use'] });
    const { page, context } = await open(id);
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    const dialog = page.getByRole('dialog', { name: 'The secret of forgotten' });
    const secret = (await dialog.getByLabel('Secret', { exact: true }).textContent()) ?? '';
    const heap = await context.newCDPSession(page);
    const isHeld = async (): Promise<boolean> => {
      const parts: string[] = [];
      const add = ({ chunk }: { chunk: string }): void => void parts.push(chunk);
      heap.on('HeapProfiler.addHeapSnapshotChunk', add);
      await heap.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      heap.off('HeapProfiler.addHeapSnapshotChunk', add);
      return parts.join('').includes(secret);
    };
    expect(await isHeld()).toBe(true);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.getByRole('button', { name: 'Close without a copy' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(isHeld).toBe(false);
  });

  test('a second rotation during the first is refused in words', async () => {
    const { id, key }: NewKey = await server.mint({ name: 'twice', scopes: ['models:use'] });
    await server.request('POST', `/v1/keys/${key.id}/rotate`);
    const { page, complaints } = await open(id);
    await page.getByRole('tab', { name: 'Secrets · rotating' }).waitFor();
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'An earlier rotation is still in its overlap.' })
      .waitFor();
    expect(complaints.splice(0).join()).toMatch(/409/);
  });

  test('a rotation that is under way cannot be closed unseen: its secret would be lost', async () => {
    const { id } = await server.mint({ name: 'slow', scopes: ['models:use'] });
    const { page } = await open(id);
    let answer: (() => void) | undefined;
    const isHeld = new Promise<void>((done) => (answer = done));
    await page.route('**/rotate', async (route) => {
      await isHeld;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Rotate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await expect.poll(() => dialog.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    answer?.();
    await page.getByRole('dialog', { name: 'The secret of slow' }).waitFor();
  });
});
