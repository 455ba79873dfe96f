import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { INVITES_LIST_MAX } from '../../server/src/identity/index.ts';
import { addInvites } from '../../server/src/identity/invites.fixture.ts';
import { openConsole } from './browser.ts';

const PASSWORD = 'correct horse battery';
const PAYLOAD = '<svg onload=alert(1)> team';

describeOnServer('sqlite', 'the pages of owners and people', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('an owner gets a budget, is suspended with its keys, and comes back by Undo', async () => {
    const { page } = await openConsole(server, {
      signIn: { key: server.adminKey },
      path: '/owners',
    });
    await page.getByRole('link', { name: 'Add an owner' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(PAYLOAD);
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('heading', { name: PAYLOAD }).waitFor();
    const { body } = await server.request<{ items: { id: string; name: string }[] }>('GET', '/v1/owners');
    const owner = body.items.find(({ name }) => name === PAYLOAD)?.id;
    const { secret } = await server.mint({ name: 'theirs', owner, scopes: ['keys:read'] });
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByText(`${PAYLOAD} is suspended`).waitFor();
    expect((await server.request('GET', '/v1/keys', { key: secret })).status).toBe(401);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(async () => (await server.request('GET', '/v1/keys', { key: secret })).status)
      .toBe(200);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('table', { name: 'Owners' }).waitFor();
    expect((await server.request('GET', '/v1/keys', { key: secret })).status).toBe(401);
  });

  test('without accounts the page of people says how to get them', async () => {
    const { page } = await openConsole(server, { signIn: { key: server.adminKey }, path: '/people' });
    await page.getByRole('link', { name: 'Give several people an account' }).click();
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  });

  test('people are added, invited, given a role, suspended; the link of an invite is shown once', async () => {
    const boss = await openConsole(server, { signIn: { key: server.adminKey }, path: '/welcome' });
    await boss.page.getByRole('radio', { name: 'Several people' }).check();
    await boss.page.getByLabel('Your username').fill('ada');
    await boss.page.getByLabel(/^Password/).fill(PASSWORD);
    await boss.page.getByRole('button', { name: 'Make my account' }).click();
    await boss.page.getByRole('heading', { name: 'Overview' }).waitFor();
    await boss.page.getByRole('link', { name: 'People' }).click();
    await boss.page.getByRole('button', { name: 'Add a person' }).click();
    await boss.page.getByLabel('Username').fill('bob');
    await boss.page.getByLabel(/^First password/).fill(PASSWORD);
    await boss.page.getByRole('button', { name: 'Add', exact: true }).click();
    await boss.page.getByText('bob can sign in').waitFor();
    const role = boss.page.getByRole('combobox', { name: 'Role of bob' });
    await role.click();
    await boss.page.getByRole('option', { name: 'manager' }).click();
    await boss.page.getByText('bob has another role').waitFor();
    await expect.poll(() => role.inputValue()).toBe('manager');
    await boss.page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => role.inputValue()).toBe('member');
    await boss.holdsNone([PASSWORD]);
    await boss.page.getByRole('button', { name: 'Invite somebody' }).click();
    const link = await boss.page.getByLabel('Link of the invite').innerText();
    expect(link).toMatch(new RegExp(`^${server.url}/invite/.`));
    await boss.page.keyboard.press('Escape');
    await boss.page.getByRole('dialog').waitFor({ state: 'detached' });
    await boss.holdsNone([link, link.split('/').at(-1) ?? link]);

    await addInvites(server, INVITES_LIST_MAX);
    await boss.page.reload();
    await boss.page.getByText('These are the newest 1,000. There are older ones.').waitFor();

    const bob = await openConsole(server, { signIn: { username: 'bob', password: PASSWORD } });
    await bob.page.getByRole('button', { name: 'bob' }).waitFor();
    await boss.page.getByRole('row', { name: /^bob/ }).getByRole('button', { name: 'Suspend' }).click();
    await boss.page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await boss.page.getByText('bob is suspended').waitFor();
    await bob.page.reload();
    await bob.page.getByRole('heading', { name: 'Sign in to Keyward' }).waitFor();
    bob.complaints.splice(0);
  });
});
