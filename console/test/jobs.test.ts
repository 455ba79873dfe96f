import { createWorker, type KeywardWorker } from '@keyward/sdk';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { newOwnerKey, TestWorker } from '../../server/src/api/jobs/jobs.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { openConsole } from './browser.ts';

const PAYLOAD = '<img src=x onerror=alert(1)>';

describeOnServer('sqlite', 'the pages of jobs and workers', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  const openJobs = (path = '/jobs') => openConsole(server, { signIn: { key: server.adminKey }, path });

  /** A worker whose jobs end when the test says so. */
  const worker = async (): Promise<{ worker: KeywardWorker; finish: () => void }> => {
    const { secret } = await server.mint({ name: 'miner', role: 'miner' });
    const { promise, resolve } = Promise.withResolvers<void>();
    const made = createWorker({
      url: server.url,
      apiKey: secret,
      name: 'cellar',
      capabilities: { models: ['tiny'], gpus: [{ name: PAYLOAD, memory_mb: 24_576 }] },
      handle: async (_job, { emit }) => {
        await emit({ choices: [{ delta: { content: 'The answer ' } }] });
        await promise;
        await emit({ choices: [{ delta: { content: `is ${PAYLOAD}` } }] });
        return { answer: 42 };
      },
    });
    onTestFinished(() => made.stop());
    void made.run();
    return { worker: made, finish: resolve };
  };

  test('a job is submitted, says why it waits, streams its output, and ends with a receipt', async () => {
    const { page } = await openJobs();
    await page.getByRole('link', { name: 'Submit a job' }).first().click();
    await page.getByLabel('Prompt').fill('What is six times seven?');
    await page.getByRole('combobox', { name: 'Model' }).fill('tiny');
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByText(/^It waits:/).waitFor();
    const { finish } = await worker();
    const output = page.getByRole('region', { name: 'Output' });
    await output.getByText('The answer').waitFor();
    finish();
    await output.getByText(`The answer is ${PAYLOAD}`).waitFor();
    await page.getByRole('table', { name: 'Receipt' }).waitFor();
    await page.getByLabel('Result').getByText('42').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save it' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^job_\w+\.json$/);
    await page.getByRole('link', { name: 'Workers' }).click();
    const row = page.getByRole('table', { name: 'Workers' }).getByRole('row', { name: /cellar/ });
    await row.getByText(`${PAYLOAD} (24 GiB)`).waitFor();
    await row.getByRole('button', { name: 'Drain and remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drain and remove' }).click();
    await page.getByText('cellar gets no more jobs').waitFor();
  });

  test('a job is canceled, and the list of all owners shows it', async () => {
    const { page } = await openJobs('/jobs/new');
    await page.getByLabel('Prompt').fill('Nobody takes it');
    await page.getByRole('combobox', { name: 'Model' }).fill('no-such-model');
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click();
    await page.getByText('canceled').first().waitFor();
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.getByLabel('Of all owners').check();
    await page.getByRole('table', { name: 'Jobs' }).getByText('canceled').first().waitFor();
    expect(page.url()).toContain('all=true');
  });

  test.each(['batches', 'marketplace', 'workflows', 'swarm'])(
    'the page of %s says what to do first',
    async (name) => {
      const { page, inspect } = await openJobs(`/${name}`);
      await page
        .getByText(/^(There is no|Nobody offers|Nothing was|GPU$)/)
        .first()
        .waitFor();
      await inspect(name);
    },
  );

  test('an open question whether to book a GPU never becomes the one whether to release it', async () => {
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const guest = await newOwnerKey(server, 'guest', { role: 'client' });
    const gpus = [{ name: 'RTX 4090', memory_mb: 24_576 }];
    const { worker_id } = (await new TestWorker(server, miner.secret, 'attic').register({ gpus })).body;
    const gpu = '/v1/marketplace/gpu';
    await server.request('POST', `${gpu}/register`, {
      key: miner.secret,
      body: { worker: worker_id, price_per_hour: 0.4 },
    });
    const { page } = await openJobs('/marketplace');
    await page.getByRole('button', { name: 'Book' }).click();
    await page.getByRole('dialog', { name: 'Book RTX 4090?' }).waitFor();
    const booked = await server.request('POST', `${gpu}/${worker_id}-0/book`, {
      key: guest.secret,
      body: { duration_hours: 1 },
    });
    expect(booked.status).toBeLessThan(300);
    await page.getByRole('button', { name: 'Release' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});
