import { createWorker } from '@keyward/sdk';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { JobClient, newOwnerKey, TestWorker } from '../../server/src/api/jobs/jobs.fixture.ts';
import { WORKERS_LIST_MAX } from '../../server/src/jobs/index.ts';
import { tables } from '../../server/src/jobs/store/tables.ts';
import { enableUsers, PASSWORD } from '../../server/src/developer/people/identity.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

const PAYLOAD = '<img src=x onerror=alert(1)>';

describeOnServer('sqlite', 'the pages of workers, and of jobs of other owners', (start) => {
  let server: TestServer;
  let worker: TestWorker;
  let workerId: string;
  let jobs: JobClient;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    jobs = new JobClient(server, (await newOwnerKey(server, 'client', { role: 'client' })).secret);
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    worker = new TestWorker(server, miner.secret, 'cellar');
    const capabilities = {
      gpus: [
        { name: PAYLOAD, memory_mb: 24_576, cuda: '12.4' },
        { name: 'RTX 4090', memory_mb: 24_576 },
      ],
      models: [{ name: 'tiny', loaded: true, context: 8_192 }, { name: PAYLOAD }],
      labels: { team: PAYLOAD },
    };
    workerId = (await worker.register(capabilities, { concurrency: 2, region: PAYLOAD })).body.worker_id;
  });
  const open = (path: string, username = 'admin') =>
    openConsole(server, { signIn: { username, password: PASSWORD }, path });

  test('a job of another owner shows its way and no text, and names its worker and its key', async () => {
    const id = await jobs.id({ prompt: 'canary-prompt', model: 'tiny' });
    const lost = await worker.take();
    await worker.post(`${id}/fail`, {
      lease_token: lost.lease_token,
      error_code: 'upstream_error',
      error_message: 'canary-message',
    });
    await worker.result(await worker.take(), 'canary-result');
    const { page, inspect, holdsNone } = await open('/jobs?all=true');
    await page.getByRole('table', { name: 'Jobs' }).getByRole('link', { name: id }).click();
    await page.getByText('Only its owner reads its prompt').waitFor();
    const attempts = page.getByRole('table', { name: 'Attempts' });
    await attempts.getByText('upstream error').waitFor();
    await page.getByRole('table', { name: 'Receipt' }).waitFor();
    await holdsNone(['canary-prompt', 'canary-message', 'canary-result', lost.lease_token]);
    await inspect('job-of-another-owner');
    await attempts.getByRole('link', { name: 'cellar' }).first().click();
    await page.getByRole('heading', { name: 'cellar' }).waitFor();
  });

  test('the page of a worker shows what it has and does, and pauses it with an undo', async () => {
    const id = await jobs.id({ model: 'tiny' });
    const held = await worker.take();
    const { page, inspect } = await open(`/workers/${workerId}`);
    await page.getByRole('table', { name: 'GPUs' }).getByText(PAYLOAD).waitFor();
    await page.getByRole('table', { name: 'Models' }).getByText('in memory').waitFor();
    await page.getByText('1 of 2 jobs').waitFor();
    await page.getByRole('region', { name: 'Jobs in hand' }).getByRole('link', { name: id }).waitFor();
    await page.getByRole('table', { name: 'History' }).getByText('registered it').waitFor();
    await inspect('worker');
    const pause = page.getByRole('button', { name: 'Pause', exact: true });
    await pause.focus();
    await page.keyboard.press('Enter');
    await page.getByText('It is paused').waitFor();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await pause.waitFor();
    await pause.click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('It is paused').waitFor({ state: 'detached' });
    await worker.result(held);
  });

  test('a worker of another owner under the same name, and two programs under one name, are told apart', async () => {
    const other = await newOwnerKey(server, 'other', { role: 'miner' });
    const second = new TestWorker(server, other.secret, 'cellar');
    await second.post('register', { capabilities: {} }, { 'x-miner-process': 'one' });
    await second.post('register', { capabilities: {} }, { 'x-miner-process': 'two' });
    await second.post('heartbeat', {}, { 'x-miner-process': 'one' });
    const { page, inspect } = await open('/workers');
    const table = page.getByRole('table', { name: 'Workers' });
    const row = table.getByRole('row', { name: new RegExp(`cellar .*${other.key.owner.name}`) });
    await row.getByText('name used twice').waitFor();
    expect(await table.getByRole('row', { name: /cellar/ }).count()).toBe(2);
    await inspect('workers-of-one-name');
    await row.getByRole('link', { name: 'cellar' }).click();
    await page.getByText('Two programs run as this worker').waitFor();
    await page.getByRole('button', { name: 'Drain and remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drain and remove' }).click();
    await page.getByText('cellar gets no more jobs').waitFor();
    await table.waitFor();
    await expect.poll(() => table.getByRole('row', { name: /cellar/ }).count()).toBe(1);
  });

  test('a machine is added with a token that is shown once, and its worker appears', async () => {
    const { page, inspect, holdsNone, complaints } = await open('/workers');
    await page.getByRole('link', { name: 'Add a worker' }).click();
    const name = page.getByLabel('Name of the machine');
    await name.fill('no spaces');
    await page.keyboard.press('Enter');
    await page
      .getByText(/must be a name for the key/)
      .first()
      .waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('422')]);
    await name.fill('attic');
    await inspect('worker-new');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const commands = await dialog.getByLabel('Commands', { exact: true }).innerText();
    const [, token = '', url = ''] =
      /^echo (join_\w+) \|\n {2}keyward miner join - --url (\S+) --environment attic$/m.exec(commands) ?? [];
    expect([url, commands]).toEqual([
      server.url,
      expect.stringContaining('--environment attic --name attic'),
    ]);
    await inspect('worker-commands');
    const joined = await server.request<{ secret: string }>('POST', '/v1/workers/join', {
      key: null,
      body: { token },
    });
    const made = createWorker({
      url,
      apiKey: joined.body.secret,
      name: 'attic',
      capabilities: {},
      handle: () => null,
    });
    onTestFinished(() => made.stop());
    void made.run();
    await dialog.getByText('attic has registered').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('table', { name: 'Workers' }).getByRole('link', { name: 'attic' }).waitFor();
    await holdsNone([token, joined.body.secret]);
  });

  test('a member sees no page of workers, and the server refuses what the pages ask', async () => {
    await server.request('POST', '/v1/admin/users/new', {
      body: { username: 'member', password: PASSWORD, role: 'default' },
    });
    const { page, context, complaints } = await open('/', 'member');
    await page.getByRole('navigation').waitFor();
    expect(await page.getByRole('link', { name: 'Workers' }).count()).toBe(0);
    const headers = { 'x-keyward-session': '1' };
    for (const [method, path] of [
      ['GET', `/v1/admin/miners/${workerId}`],
      ['POST', `/v1/workers/${workerId}/pause`],
      ['POST', '/v1/workers/enroll'],
    ] as const)
      expect([path, (await context.request.fetch(server.url + path, { method, headers })).status()]).toEqual([
        path,
        403,
      ]);
    expect(complaints).toEqual([]);
  });

  test('a list of workers that is cut says so, because its answer does', async () => {
    const { storage } = server.app.core.jobs;
    const row = await tables(storage.db)
      .selectFrom('workers')
      .selectAll()
      .where('id', '=', workerId)
      .executeTakeFirstOrThrow();
    const { n } = await tables(storage.db)
      .selectFrom('workers')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    const add = (from: number, to: number) =>
      storage.transaction(async (tx) => {
        for (let at = from; at < to; at++)
          await tables(tx)
            .insertInto('workers')
            .values({ ...row, id: `${workerId}-${at}`, name: `copy ${at}` })
            .execute();
      });
    await add(n, WORKERS_LIST_MAX);
    const { page } = await open('/workers');
    const says = page.getByText('These are the 1,000 that were heard of last.');
    await page.getByRole('table', { name: 'Workers' }).waitFor();
    expect(await says.count()).toBe(0);
    await add(WORKERS_LIST_MAX, WORKERS_LIST_MAX + 1);
    await says.waitFor();
  });
});
