import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

/** More than a list of choices shows. */
const OTHERS = 60;

describeOnServer('sqlite', 'owners among many', (start) => {
  let server: TestServer;
  let first: { id: string };
  beforeAll(async () => {
    server = await start();
    const create = (name: string) =>
      server.request<{ id: string }>('POST', '/v1/owners', { body: { name, kind: 'team' } });
    first = (await create('Ätna Lab')).body;
    for (let index = 0; index < OTHERS; index++) await create(`team ${index}`);
  });
  const open = (path: string) => openConsole(server, { signIn: { key: server.adminKey }, path });

  test('the list of owners is searched, and a reload keeps the search', async () => {
    const { page, inspect } = await open('/owners');
    const table = page.getByRole('table', { name: 'Owners' });
    await table.getByRole('link', { name: 'team 59' }).waitFor();
    await page.getByRole('textbox', { name: 'Search by name or id' }).fill('ätna');
    await table.getByRole('link', { name: 'team 59' }).waitFor({ state: 'detached' });
    await table.getByRole('link', { name: 'Ätna Lab' }).waitFor();
    await inspect('owners');
    await page.reload();
    await table.getByRole('link', { name: 'Ätna Lab' }).waitFor();
    expect(await table.getByRole('row').count()).toBe(2);
    await page.getByRole('textbox', { name: 'Search by name or id' }).fill('nobody');
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await table.getByRole('link', { name: 'team 59' }).waitFor();
  });

  test('the page of an owner shows its limits and budgets as bars, as all its keys together have used them', async () => {
    const { body: owner } = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: {
        name: 'Bounded',
        kind: 'team',
        limits: [
          { name: 'minute', requests: 4, window_seconds: 3_600 },
          { name: 'jobs', max_running: 2 },
        ],
        budgets: [{ name: 'month', unit: 'requests', amount: '10', period: 'month' }],
      },
    });
    const { secret } = await server.mint({ owner: owner.id, role: 'client' });
    await server.request('GET', '/v1/keys/self', { key: secret });
    const { page, inspect } = await open(`/owners/${owner.id}`);
    const bounds = page.getByRole('region', { name: 'Used by all its keys together' });
    await bounds.getByLabel(/^minute: 1 of 4 requests/).waitFor();
    await bounds.getByText(/^1 of 10 requests/).waitFor();
    await bounds.getByText('At most 2 jobs running.').waitFor();
    await server.request('GET', '/v1/keys/self', { key: secret });
    await bounds.getByLabel(/^minute: 2 of 4 requests/).waitFor();
    await inspect('owner');
    await server.request('DELETE', `/v1/owners/${owner.id}`);
  });

  test('a choice of owners finds one that is not among the newest, and shows it by its name', async () => {
    const { page } = await open('/keys/new');
    await page.getByRole('textbox', { name: 'Name' }).fill('theirs');
    await page.getByRole('checkbox', { name: 'Call any model' }).click();
    const field = page.getByRole('combobox', { name: 'Owner', exact: true });
    await field.fill('ätna');
    await page.getByRole('option', { name: 'Ätna Lab' }).click();
    expect(await field.inputValue()).toBe('Ätna Lab');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('dialog', { name: 'The secret of theirs' }).waitFor();
    const { body } = await server.request<{ items: { name: string }[] }>('GET', `/v1/keys?owner=${first.id}`);
    expect(body.items.map(({ name }) => name)).toEqual(['theirs']);
    await page.goto(`/keys?owner=${first.id}`);
    await page.getByRole('table', { name: 'Keys' }).getByRole('link', { name: 'theirs' }).waitFor();
    const filter = page.getByRole('combobox', { name: 'Any owner' });
    await expect.poll(() => filter.inputValue()).toBe('Ätna Lab');
    await filter.click();
    await page.getByRole('option', { name: 'team 59' }).click();
    await page.getByText('No key fits').waitFor();
  });

  test('a change of the name takes away no budget that somebody else has set meanwhile', async () => {
    const { body: owner } = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Renamed', kind: 'team' },
    });
    const { page } = await open(`/owners/${owner.id}`);
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('Renamed twice');
    const budgets = [{ name: 'month', unit: 'requests', amount: '10', period: 'month' }];
    await server.request('PATCH', `/v1/owners/${owner.id}`, { body: { budgets } });
    // The page reads anew, as after a look at another window.
    await page.evaluate("dispatchEvent(new Event('offline'))");
    await page.getByRole('group', { name: 'Budget month' }).waitFor();
    expect(await name.inputValue()).toBe('Renamed twice');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Renamed twice' }).waitFor();
    const { body } = await server.request<{ budgets: object[] }>('GET', `/v1/owners/${owner.id}`);
    expect(body.budgets).toEqual([expect.objectContaining({ name: 'month', amount: '10' })]);
  });

  test('a limit that somebody else has set meanwhile is not overwritten, neither by Save nor by Undo', async () => {
    const limits = [{ name: 'minute', requests: 4, window_seconds: 60 }];
    const { body: owner } = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Shared', kind: 'team', limits },
    });
    const path = `/v1/owners/${owner.id}`;
    const setElsewhere = (requests: number) =>
      server.request('PATCH', path, { body: { limits: [{ ...limits[0], requests }] } });
    const requests = async () =>
      (await server.request<{ limits: { requests: number }[] }>('GET', path)).body.limits[0]?.requests;
    const { page } = await open(`/owners/${owner.id}`);
    const field = page.getByRole('group', { name: 'Limit minute' }).getByRole('textbox', { name: 'At most' });
    await field.fill('5');
    await setElsewhere(7);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else has changed the limits meanwhile.').waitFor();
    expect(await requests()).toBe(7);
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await expect.poll(() => field.inputValue()).toBe('7');
    await field.fill('8');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Shared was changed').waitFor();
    expect(await requests()).toBe(8);
    await setElsewhere(9);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('That could not be undone').waitFor();
    expect(await requests()).toBe(9);
  });
});
