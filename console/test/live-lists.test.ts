import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type StartServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

const ROWS = 60;

describeOnServer('sqlite', 'live lists of the console', (start: StartServer) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const submit = async (at = server): Promise<string> => {
    const body = { prompt: 'x', model: 'nobody' };
    const answer = await at.request<{ job_id: string }>('POST', '/v1/jobs', { key: server.adminKey, body });
    expect(answer.status).toBe(201);
    return answer.body.job_id;
  };
  const cancel = (id: string) => server.request('POST', `/v1/jobs/${id}/cancel`);
  const openJobs = (key = server.adminKey) => openConsole(server, { signIn: { key }, path: '/jobs' });
  /** Of one route, as the server knows them. */
  const streams = async (route: string): Promise<number> => {
    const { body } = await server.request<{ items: { route: string }[] }>('GET', '/v1/running?limit=200');
    return body.items.filter((item) => item.route === route).length;
  };

  test('a job that is submitted elsewhere appears, and its state changes, without a reload', async () => {
    const { page } = await openJobs();
    await page.getByText('There is no such job').waitFor();
    const id = await submit();
    const row = page.getByRole('row', { name: id });
    await row.getByText('waiting').waitFor();
    await cancel(id);
    await row.getByText('canceled').waitFor();
    await page.getByLabel('Of all owners').check();
    const later = await submit();
    await page.getByRole('row', { name: later }).waitFor();
  });

  test('rows stay where they are for a reader who has scrolled or is in one of them, and change there', async () => {
    const { page } = await openJobs();
    const ids: string[] = [];
    for (let job = 0; job < ROWS; job++) ids.push(await submit());
    const [first = '', ...others] = ids.toReversed();
    const row = (id: string) => page.getByRole('row', { name: id });
    await row(first).waitFor();
    const second = others[0] ?? '';
    await page.getByRole('link', { name: second }).focus();
    const unseen = await submit();
    await cancel(second);
    // The list that has this state has the new job too.
    await row(second).getByText('canceled').waitFor();
    expect(await row(unseen).count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toBe(second);
    await page.getByRole('link', { name: second }).blur();
    await row(unseen).waitFor();
    await page.mouse.move(700, 600);
    await page.mouse.wheel(0, 400);
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(0);
    const below = await submit();
    await cancel(others[20] ?? '');
    await row(others[20] ?? '')
      .getByText('canceled')
      .waitFor();
    const count = await page.getByRole('table', { name: 'Jobs' }).getAttribute('aria-rowcount');
    await page.evaluate('scrollTo(0, 0)');
    await row(below).waitFor();
    expect(await page.getByRole('table', { name: 'Jobs' }).getAttribute('aria-rowcount')).toBe(
      String(Number(count) + 1),
    );
  });

  test('a window has no stream while it is hidden or shows another page, and is up to date when it is seen again', async () => {
    const { page } = await openJobs();
    const see = (state: 'hidden' | 'visible') =>
      page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await expect.poll(() => streams('jobs.live')).toBe(1);
    await see('hidden');
    await expect.poll(() => streams('jobs.live')).toBe(0);
    const id = await submit();
    await see('visible');
    await page.getByRole('row', { name: id }).waitFor();
    await page.getByRole('link', { name: 'Workers' }).click();
    await expect.poll(() => streams('workers.live')).toBe(1);
    await expect.poll(() => streams('jobs.live')).toBe(0);
  });

  test('with seven windows open each of them works, though a browser has six connections', async () => {
    const { page, context } = await openJobs();
    let last = page;
    for (let at = 1; at < 7; at++) {
      last = await context.newPage();
      await last.goto('/jobs');
      await last.getByRole('table', { name: 'Jobs' }).waitFor();
    }
    await expect.poll(() => streams('jobs.live')).toBe(3);
    const id = await submit();
    await page.getByRole('row', { name: id }).waitFor();
    for (const one of [page, last]) {
      await one.getByRole('link', { name: 'Owners' }).click();
      await one.getByRole('table', { name: 'Owners' }).waitFor();
    }
  });

  test('windows of plain http on another machine have no stream, and look again by themselves', async () => {
    await submit();
    const { page, context } = await openJobs();
    // Where a page is no secure context.
    await context.addInitScript("Object.defineProperty(navigator, 'locks', { value: undefined })");
    await page.reload();
    let last = page;
    for (let at = 1; at < 3; at++) {
      last = await context.newPage();
      await last.goto('/jobs');
      await last.getByRole('table', { name: 'Jobs' }).waitFor();
    }
    const id = await submit();
    for (const one of [page, last]) await one.getByRole('row', { name: id }).waitFor();
    await expect.poll(() => streams('jobs.live')).toBe(0);
    await last.getByRole('link', { name: 'Owners' }).click();
    await last.getByRole('table', { name: 'Owners' }).waitFor();
  });

  test('the page asks who signs in as soon as its session has ended', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    const { page, complaints } = await openJobs(secret);
    await expect.poll(() => streams('jobs.live')).toBe(1);
    await server.request('POST', `/v1/keys/${id}/revoke`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    for (const complaint of complaints.splice(0)) expect(complaint).toContain('401');
  });

  // The last one: its server stops.
  test('a list goes on by itself after its server was restarted', async () => {
    const { page, complaints } = await openJobs();
    await expect.poll(() => streams('jobs.live')).toBe(1);
    await server.stop();
    await page.getByText('The server cannot be reached').waitFor();
    const again = await start({ ...server.environment, KEYWARD_PORT: String(server.port) });
    await page.getByText('The server cannot be reached').waitFor({ state: 'detached' });
    const id = await submit(again);
    await page.getByRole('row', { name: id }).waitFor();
    for (const complaint of complaints.splice(0)) expect(complaint).toMatch(/ERR_|Failed to fetch/);
  });
});
