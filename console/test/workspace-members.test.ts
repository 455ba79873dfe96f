import { beforeAll, expect, test } from 'vitest';
import { enableUsers, enterAs, PASSWORD } from '../../server/src/developer/people/identity.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

describeOnServer('sqlite', 'workspaces of an instance with users', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    await enterAs(server, 'default', 'ada');
    for (const name of ['Team', 'Salaries'])
      await server.request('POST', '/v1/workspace/new', { body: { name } });
  });

  test('an administrator adds members to a workspace, takes one out, and undoes that', async () => {
    const { page } = await openConsole(server, {
      signIn: { username: 'admin', password: PASSWORD },
      path: '/workspaces/team?tab=members',
    });
    await page.getByText('Nobody is a member yet').waitFor();
    await page.getByPlaceholder('Choose users').click();
    await page.getByRole('option', { name: 'ada' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const table = page.getByRole('table', { name: 'Members' });
    await table.getByText('ada').waitFor();
    await table.getByRole('button', { name: 'Remove ada' }).click();
    await table.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await table.getByText('ada').waitFor();
  });

  test('a member with the role default sees its workspace and no way to change it, and the server refuses the rest', async () => {
    const { page, context } = await openConsole(server, {
      signIn: { username: 'ada', password: PASSWORD },
      path: '/workspaces',
    });
    const table = page.getByRole('table', { name: 'Workspaces' });
    await table.getByRole('link', { name: 'Team' }).waitFor();
    expect(await table.getByRole('link').allTextContents()).toEqual(['Team']);
    expect(await page.getByRole('button', { name: /New workspace|Delete/ }).count()).toBe(0);
    await table.getByRole('link', { name: 'Team' }).click();
    await page.getByRole('tab', { name: 'Chat' }).waitFor();
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Chat', 'Documents (0)']);
    expect(await page.getByRole('button', { name: 'New thread' }).count()).toBe(0);
    await page.getByRole('tab', { name: 'Documents' }).click();
    await page.getByText('Ask somebody who may change this workspace').waitFor();
    expect(await page.getByRole('button', { name: 'Choose files' }).count()).toBe(0);
    const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    const labels = await links.allTextContents();
    for (const label of ['Documents', 'Widgets']) expect(labels).not.toContain(label);
    for (const [method, path, status] of [
      ['DELETE', '/v1/workspace/team', 403],
      ['POST', '/v1/workspace/team/update', 403],
      ['POST', '/v1/workspace/team/thread/new', 403],
      ['POST', '/v1/workspace/team/update-embeddings', 403],
      ['POST', '/v1/document/create-folder', 403],
      ['GET', '/v1/documents/folders', 403],
      ['POST', '/v1/embed/new', 403],
      ['GET', '/v1/embed', 403],
      ['POST', '/v1/workspace/salaries/chat', 400],
      ['GET', '/v1/workspace/salaries/chats', 400],
    ] as const) {
      const answer = await context.request.fetch(server.url + path, {
        method,
        headers: { 'x-keyward-session': '1' },
        ...(method === 'GET' ? {} : { data: { message: 'Hello', name: 'x' } }),
      });
      expect([method, path, answer.status()]).toEqual([method, path, status]);
    }
  });

  test('who adds a member before the members are shown, or while somebody else adds one, takes nobody out', async () => {
    await enterAs(server, 'default', 'bea');
    await enterAs(server, 'default', 'cy');
    const { body } = await server.request<{ users: { id: number; username: string }[] }>('GET', '/v1/users');
    const idOf = (name: string) => body.users.find(({ username }) => username === name)?.id;
    const manage = '/v1/admin/workspaces/salaries/manage-users';
    await server.request('POST', manage, { body: { userIds: [idOf('ada')] } });
    const { page } = await openConsole(server, {
      signIn: { username: 'admin', password: PASSWORD },
      path: '/workspaces/salaries',
    });
    let answer: (() => void) | undefined;
    const isHeld = new Promise<void>((done) => (answer = done));
    await page.route('**/v1/admin/workspaces/*/users', async (route) => {
      await isHeld;
      await route.continue();
    });
    await page.getByRole('tab', { name: 'Members' }).click();
    await page.getByPlaceholder('Choose users').click();
    await page.getByRole('option', { name: 'bea' }).click();
    await page.keyboard.press('Escape');
    const added = page.waitForResponse((one) => one.request().method() === 'POST');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    expect((await added).status()).toBe(200);
    answer?.();
    const table = page.getByRole('table', { name: 'Members' });
    await table.getByText('bea').waitFor();
    await server.request('POST', manage, { body: { userIds: [idOf('cy')] } });
    await table.getByRole('button', { name: 'Remove bea' }).click();
    await table.getByText('bea').waitFor({ state: 'detached' });
    for (const name of ['ada', 'cy']) await table.getByText(name).waitFor();
  });
});
