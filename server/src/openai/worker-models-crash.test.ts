import { expect, test } from 'vitest';
import { describeOnBothServers } from '../../test/server.ts';
import { startServerProcess } from '../../test/server-processes.ts';
import { JobClient, newOwnerKey, SHORT_CLOCKS, TestWorker } from '../api/jobs/jobs.fixture.ts';

describeOnBothServers('a request to a worker whose server is killed', (start) => {
  test('is canceled at the worker by another process, and no text of it is kept', async () => {
    const server = await start(SHORT_CLOCKS);
    const [client, miner] = await Promise.all(
      ['client', 'miner'].map((role) => newOwnerKey(server, role, { role })),
    );
    const key = client?.secret ?? '';
    const worker = new TestWorker(server, miner?.secret ?? '', 'worker');
    await worker.register({ models: ['m'] }, { concurrency: 2 });
    const other = await startServerProcess(server.environment);
    const ask = () =>
      fetch(`${other.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'a canary' }] }),
      }).then(
        () => 'answered',
        () => 'lost',
      );
    const answers = [ask(), ask()];
    const [running, completed] = [await worker.take(), await worker.take()];
    other.child.kill('SIGKILL');
    await other.ended;
    expect(await Promise.all(answers)).toEqual(['lost', 'lost']);
    // Its result comes before anybody has noticed.
    expect((await worker.result(completed)).status).toBe(200);
    const beat = setInterval(() => void worker.heartbeat([running]), 300);
    const jobs = new JobClient(server, key);
    await expect.poll(async () => (await jobs.get(running.job_id)).state).toBe('CANCELED');
    clearInterval(beat);
    const { db } = server.app.core.storage;
    const texts = db.withTables<Record<'job_payloads' | 'job_results', { job_id: string }>>();
    for (const table of ['job_payloads', 'job_results'] as const)
      await expect.poll(() => texts.selectFrom(table).selectAll().execute()).toEqual([]);
    // Of both, the receipt stays.
    for (const { job_id } of [running, completed])
      expect((await jobs.ask('GET', `/v1/jobs/${job_id}/receipt`)).status).toBe(200);
  });
});
