import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { failureOf } from './client.fixture.ts';
import { createClient, KeywardApiError, KeywardConnectionError, type KeywardClient } from './index.ts';

describeOnServer('sqlite', 'client.follow', (start) => {
  let server: TestServer;
  let client: KeywardClient;
  beforeAll(async () => {
    server = await start();
    client = createClient({ url: server.url, apiKey: server.adminKey });
  });
  const submit = async (): Promise<string> =>
    (await server.request<{ job_id: string }>('POST', '/v1/jobs', { body: { prompt: 'x' } })).body.job_id;

  test('follow gives the whole list, and the whole list again after each change', async () => {
    const first = await submit();
    const lists = client.follow('/v1/jobs/live', { query: { state: 'QUEUED', limit: 10 } });
    const before = (await lists.next()).value;
    expect(before?.items.map(({ job_id: id }: { job_id: string }) => id)).toEqual([first]);
    const second = await submit();
    const after = (await lists.next()).value;
    expect(after?.items.map(({ job_id: id }: { job_id: string }) => id)).toEqual([second, first]);
    expect(after?.items[1]).toEqual(before?.items[0]);
    await lists.return(undefined);
  });

  test('follow says why the list has ended, and that a server which stops has broken it off', async () => {
    const { id, secret } = await server.mint({ role: 'admin' });
    const lists = createClient({ url: server.url, apiKey: secret }).follow('/v1/workers/live');
    await lists.next();
    const failure = failureOf(lists.next());
    await server.request('POST', `/v1/keys/${id}/revoke`);
    expect(await failure).toBeInstanceOf(KeywardApiError);
    expect(await failure).toMatchObject({ code: 'key_revoked' });

    const other = await start(server.environment);
    const running = createClient({ url: other.url, apiKey: server.adminKey }).follow('/v1/running/live');
    await running.next();
    const last = failureOf(
      (async () => {
        for (;;) if ((await running.next()).done === true) return;
      })(),
    );
    await other.stop();
    expect(await last).toBeInstanceOf(KeywardConnectionError);
    expect(await last).toMatchObject({ code: 'broken_off' });
  });

  test('follow ends with the signal of its caller, and refuses a caller without the scope', async () => {
    const leaving = new AbortController();
    const lists = client.follow('/v1/admin/jobs/live', { signal: leaving.signal });
    await lists.next();
    const failure = failureOf(lists.next());
    leaving.abort(new Error('enough'));
    expect(await failure).toEqual(new Error('enough'));
    const { secret } = await server.mint({ scopes: ['models:use'] });
    const refused = createClient({ url: server.url, apiKey: secret }).follow('/v1/jobs/live').next();
    await expect(refused).rejects.toMatchObject({ code: 'insufficient_scope' });
  });
});
