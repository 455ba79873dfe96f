import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';
import { expectHarmless, NAME_PAYLOAD } from './payloads.ts';

describeOnServer('sqlite', 'the pages of workspaces', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  const make = (name: string, settings: object = {}) =>
    server.request('POST', '/v1/workspace/new', { body: { name, ...settings } });
  const slugs = async (): Promise<string[]> =>
    (await server.request<{ workspaces: { slug: string }[] }>('GET', '/v1/workspaces')).body.workspaces.map(
      ({ slug }) => slug,
    );
  const settingsOf = async (slug: string) =>
    (await server.request<{ workspace: Record<string, unknown>[] }>('GET', `/v1/workspace/${slug}`)).body
      .workspace[0];
  const asAdmin = (path: string) => openConsole(server, { signIn: { key: server.adminKey }, path });

  test('without a workspace the list says what to do, and one is made with the keyboard alone', async () => {
    const { page, inspect } = await asAdmin('/workspaces');
    await page.getByText('There is no workspace yet').waitFor();
    await inspect('workspaces-empty');
    await page.getByRole('button', { name: 'New workspace' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'New workspace' });
    await dialog.getByRole('textbox', { name: 'Name' }).waitFor();
    await dialog.locator('input:focus').waitFor();
    await page.keyboard.type('Staff handbook');
    await inspect('workspaces-create');
    await dialog.getByRole('button', { name: 'Copy as…' }).press('Enter');
    await page.getByLabel('CLI', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('CLI', { exact: true }).waitFor({ state: 'hidden' });
    await dialog.getByRole('textbox', { name: 'Name' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('This workspace has no documents').waitFor();
    expect(page.url()).toBe(`${server.url}/workspaces/staff-handbook?tab=documents`);
    await inspect('workspace-documents-empty');
    expect(await slugs()).toEqual(['staff-handbook']);
  });

  test('the list finds a workspace by its name, and deletes one after a question', async () => {
    await make('Ferries');
    await make('Lighthouses');
    const { page } = await asAdmin('/workspaces?q=ferr');
    const table = page.getByRole('table', { name: 'Workspaces' });
    await table.getByRole('link', { name: 'Ferries' }).waitFor();
    expect(await table.getByRole('link').count()).toBe(1);
    await page.getByRole('textbox', { name: 'Search by name' }).fill('');
    await table.getByRole('link', { name: 'Lighthouses' }).waitFor();
    await table.getByRole('button', { name: 'Delete Lighthouses' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Lighthouses?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await slugs()).toContain('lighthouses');
    await table.getByRole('button', { name: 'Delete Lighthouses' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await table.getByRole('link', { name: 'Lighthouses' }).waitFor({ state: 'detached' });
    expect(await slugs()).not.toContain('lighthouses');
  });

  test('settings are saved, shown as the server has them, and undone', async () => {
    await make('Settings');
    const { page } = await asAdmin('/workspaces/settings?tab=settings');
    const form = page.getByRole('form', { name: 'Settings' });
    await form.getByRole('radio', { name: 'Query' }).check();
    await form.getByRole('textbox', { name: 'Answer where no document answers' }).fill('Ask the harbour.');
    await form.getByRole('textbox', { name: 'Temperature' }).fill('0.3');
    await form.getByRole('textbox', { name: 'Passages' }).fill('6');
    await form.getByRole('textbox', { name: 'Lowest similarity' }).fill('0.4');
    await form.getByRole('button', { name: 'Copy as…' }).click();
    const command = page.getByLabel('CLI', { exact: true });
    expect(await command.textContent()).toBe(
      "keyward workspaces update settings --mode query --temperature 0.3 --passages 6 --threshold 0.4 --refusal 'Ask the harbour.'",
    );
    await page.keyboard.press('Escape');
    await form.getByRole('button', { name: 'Save' }).click();
    const notice = page.getByRole('alert').filter({ hasText: 'The settings are saved' });
    await notice.waitFor();
    expect(await settingsOf('settings')).toMatchObject({
      chatMode: 'query',
      openAiTemp: 0.3,
      topN: 6,
      similarityThreshold: 0.4,
      queryRefusalResponse: 'Ask the harbour.',
    });
    await notice.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => settingsOf('settings')).toMatchObject({ chatMode: 'automatic', topN: 4 });
    await expect
      .poll(() => form.getByRole('radio', { name: 'Automatic' }).isChecked(), { timeout: 10_000 })
      .toBe(true);
  });

  test('a workspace that the person does not see has a page that leads back to the list', async () => {
    const { page, inspect } = await asAdmin('/workspaces/nowhere');
    await page.getByRole('heading', { name: 'There is no such workspace' }).waitFor();
    await inspect('workspace-missing');
    await page.getByRole('link', { name: 'all workspaces' }).click();
    await page.getByRole('table', { name: 'Workspaces' }).waitFor();
  });

  test('a refusal of the server is shown in the dialog, which stays open', async () => {
    const protectedServer = await start({ KEYWARD_WORKSPACE_DELETION_PROTECTION: 'on' });
    await protectedServer.request('POST', '/v1/workspace/new', { body: { name: 'Kept' } });
    const { page, complaints } = await openConsole(protectedServer, {
      signIn: { key: protectedServer.adminKey },
      path: '/workspaces',
    });
    await page.getByRole('button', { name: 'Delete Kept' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('Workspace deletion is blocked by the system administrator.').waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('403')]);
  });

  test('a refusal that comes after its dialog was closed is a notice', async () => {
    await make('Busy');
    const { page, complaints } = await asAdmin('/workspaces?q=busy');
    const { promise: isClosed, resolve: close } = Promise.withResolvers<void>();
    await page.route('**/v1/workspace/busy', async (route) => {
      await isClosed;
      await route.fulfill({ status: 500 });
    });
    await page.getByRole('button', { name: 'Delete Busy' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    close();
    await page.getByRole('alert').filter({ hasText: 'Delete: it was not done' }).waitFor();
    expect(complaints.splice(0).join()).toMatch(/500/);
    expect(await slugs()).toContain('busy');
  });

  test('a slow deletion takes nobody away from the page that was opened meanwhile', async () => {
    await make('Slow');
    const { page } = await asAdmin('/workspaces/slow?tab=settings');
    const { promise: isLeft, resolve: leave } = Promise.withResolvers<void>();
    await page.route('**/v1/workspace/slow', async (route) => {
      if (route.request().method() === 'DELETE') await isLeft;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Delete Slow' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Keys' }).click();
    await page.getByRole('table', { name: 'Keys' }).waitFor();
    const visited: string[] = [];
    page.on('framenavigated', (frame) => visited.push(new URL(frame.url()).pathname));
    const answered = page.waitForResponse((one) => one.request().method() === 'DELETE');
    leave();
    expect((await answered).status()).toBe(200);
    await page.getByRole('link', { name: 'Owners' }).click();
    await page.getByRole('table', { name: 'Owners' }).waitFor();
    expect(visited).toEqual(['/owners']);
  });

  test('a name with a script in it is shown as text, everywhere', async () => {
    const { body } = await server.request<{ workspace: { slug: string } }>('POST', '/v1/workspace/new', {
      body: { name: NAME_PAYLOAD },
    });
    const { page, open } = await asAdmin('/workspaces');
    await page.getByRole('link', { name: NAME_PAYLOAD }).waitFor();
    await expectHarmless(page);
    await page.getByRole('button', { name: `Delete ${NAME_PAYLOAD}` }).click();
    await page.getByRole('dialog').getByText(`Delete ${NAME_PAYLOAD}?`).waitFor();
    await open(`/workspaces/${body.workspace.slug}?tab=settings`);
    await page.getByRole('heading', { name: NAME_PAYLOAD }).waitFor();
    await expectHarmless(page);
  });

  test('a change of one setting takes back none that somebody else has made meanwhile', async () => {
    await make('Shared');
    const { page } = await asAdmin('/workspaces/shared?tab=settings');
    const form = page.getByRole('form', { name: 'Settings' });
    await form.getByRole('textbox', { name: 'Passages' }).fill('6');
    await server.request('POST', '/v1/workspace/shared/update', { body: { openAiPrompt: 'Be brief.' } });
    // The page reads anew, as after a look at another window.
    await page.evaluate("dispatchEvent(new Event('offline'))");
    const prompt = form.getByRole('textbox', { name: 'System prompt' });
    await expect.poll(() => prompt.inputValue()).toBe('Be brief.');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved').waitFor();
    expect(await settingsOf('shared')).toMatchObject({ openAiPrompt: 'Be brief.', topN: 6 });
  });
});
