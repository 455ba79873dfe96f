import { beforeAll, test } from 'vitest';
import { TestWorker } from '../../server/src/api/jobs/jobs.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

const PAYLOAD = '<img src=x onerror=alert(1)>';

describeOnServer('sqlite', 'the pages of workflows and swarms', (start) => {
  let server: TestServer;
  let worker: TestWorker;
  beforeAll(async () => {
    server = await start();
    worker = new TestWorker(server, server.adminKey, 'member');
    await worker.register({ models: ['m'] });
  });
  const open = (path: string) => openConsole(server, { signIn: { key: server.adminKey }, path });
  const post = async <T>(path: string, body: object): Promise<T> =>
    (await server.request<T>('POST', path, { body })).body;

  test('an execution shows the state of each step, which one failed and why, and links to its job', async () => {
    const steps = [
      { id: 'first', model: 'm', prompt: 'one', max_retries: 0 },
      {
        id: 'second',
        model: 'm',
        prompt: 'two: {{steps.first.output}}',
        max_retries: 0,
        depends_on: ['first'],
      },
      { id: 'third', model: 'm', prompt: 'x: {{steps.second.output}}', depends_on: ['second'] },
    ];
    const { workflow_id: id } = await post<{ workflow_id: string }>('/v1/agents/workflows', {
      name: PAYLOAD,
      steps,
    });
    const { execution_id: execution } = await post<{ execution_id: string }>(
      `/v1/agents/workflows/${id}/execute`,
      { inputs: {} },
    );
    await worker.result(await worker.take(), 'done');
    const { page, inspect } = await open('/workflows');
    await page.getByRole('table', { name: 'Executions' }).getByRole('link', { name: execution }).click();
    const table = page.getByRole('table', { name: 'Steps' });
    await table.getByRole('row', { name: /first .*completed/ }).waitFor();
    await table.getByRole('row', { name: /third .*not begun/ }).waitFor();
    const lost = await worker.take();
    await worker.post(`${lost.job_id}/fail`, {
      lease_token: lost.lease_token,
      error_code: 'refused',
      error_message: `It was refused ${PAYLOAD}`,
    });
    const failed = table.getByRole('row', { name: /second .*failed/ });
    await failed.getByText(`refused: It was refused ${PAYLOAD}`).waitFor();
    await table.getByRole('row', { name: /third .*skipped/ }).waitFor();
    await inspect('execution');
    await failed.getByRole('link', { name: lost.job_id }).click();
    await page.getByRole('heading', { name: lost.job_id }).waitFor();
  });

  test('a task of a swarm shows what each member did, and the result', async () => {
    const headers = { 'x-miner-id': 'member' };
    const body = { role: 'worker', capability: PAYLOAD, swarm_id: 'nordic' };
    await server.request('POST', '/v1/swarm/join', { headers, body });
    const { task_id: id } = await post<{ task_id: string }>('/v1/swarm/coordinate', {
      task: 'Is 391 a prime?',
      swarm_id: 'nordic',
    });
    const { page, inspect } = await open('/swarm');
    await page.getByRole('table', { name: 'Your tasks' }).getByRole('link', { name: id }).click();
    const members = page.getByRole('table', { name: 'Members' });
    await members.getByRole('row', { name: /member (waiting|running)/ }).waitFor();
    await worker.result(await worker.take(), `No ${PAYLOAD}`);
    await page.getByRole('region', { name: 'Result' }).getByText(`No ${PAYLOAD}`).waitFor();
    await members.getByRole('row', { name: /member completed online/ }).waitFor();
    await inspect('swarm-task');
  });
});
