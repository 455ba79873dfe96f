import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { startPostgresServer } from '../../test/postgres-server.ts';
import { describeOnBothServers, describeOnServer, type TestServer } from '../../test/server.ts';
import { COMMIT, VERSION } from '../base/version.ts';

interface Ready {
  status: string;
  code?: string;
  detail?: string;
  parts: Record<string, { ok: boolean; detail: string }>;
}

describeOnBothServers('health and metrics', (start) => {
  let server: TestServer;
  const metrics = () => server.request<string>('GET', '/metrics');
  beforeAll(async () => {
    server = await start();
  });

  test('healthz and readyz answer without a key', async () => {
    expect((await server.request('GET', '/healthz', { key: null })).body).toEqual({
      status: 'ok',
      version: VERSION,
      commit: COMMIT,
    });
    const { body } = await server.request<Ready>('GET', '/readyz', { key: null });
    expect(body.status).toBe('ready');
    expect(body.parts).toMatchObject({ storage: { ok: true }, lease: { ok: true } });
  });

  test('metrics count requests by route and status, and no label contains text of a caller', async () => {
    const marks = ['mark-in-path', 'mark-in-query', 'mark-in-header', 'mark-in-method'];
    await server.request('GET', `/v1/keys/${marks[0]}?x=${marks[1]}`, {
      headers: { 'user-agent': marks[2] ?? '', 'x-request-id': marks[2] ?? '' },
    });
    await server.request('GET', `/${marks[0]}`);
    await server.request('GET', '/v1/models', { key: marks[0] ?? '' });
    await server.raw(`${marks[3]} / HTTP/1.1\r\nhost: x\r\n\r\n`);
    await sleep(20);
    const { text, headers } = await metrics();
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
    for (const mark of marks) expect(text).not.toContain(mark);
    expect(text).toMatch(/^keyward_http_requests_total\{route="\/v1\/keys\/:id",status="422"\} 1$/m);
    expect(text).toMatch(/^keyward_http_requests_total\{route="none",status="404"\} 1$/m);
    expect(text).toMatch(
      /^keyward_http_request_duration_seconds_bucket\{route="\/v1\/models",le="\+Inf"\} 1$/m,
    );
    expect(text).toMatch(/^keyward_errors_total\{code="invalid_key"\} 1$/m);
    expect(text).toMatch(/^keyward_node_lease 1$/m);
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(|#.*|[a-z_][a-z0-9_]*(\{[^}]*\})? -?[\d.e+-]+(Nan)?)$/i);
  });
});

describeOnServer('sqlite', 'a server whose database is gone', (start) => {
  test('a server without its database says so on readyz and to every caller, reveals nothing, and recovers', async () => {
    const postgres = await startPostgresServer();
    try {
      const server = await start({ KEYWARD_DATABASE_URL: postgres.url });
      await postgres.stop();
      await sleep(2_200);
      const ready = await server.request<Ready>('GET', '/readyz', { key: null });
      expect([ready.status, ready.body.code, ready.body.parts['storage']?.ok]).toEqual([
        503,
        'not_ready',
        false,
      ]);
      expect(ready.body.detail).toMatch(/^storage: /);
      for (const key of [server.adminKey, 'unknown-0123456789']) {
        const answer = await server.request<{ code: string }>('GET', '/v1/keys', { key });
        expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([
          503,
          'storage_unavailable',
          '1',
        ]);
        expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1|postgres/);
      }
      expect((await server.request('GET', '/healthz')).status).toBe(200);
      await postgres.start();
      for (let i = 0; i < 100 && (await server.request('GET', '/readyz')).status !== 200; i++)
        await sleep(100);
      expect((await server.request('GET', '/v1/keys')).status).toBe(200);
    } finally {
      await postgres.remove();
    }
  });

  test('readyz names a closed SQLite file', async () => {
    const server = await start();
    await server.app.core.storage.close();
    const ready = await server.request<Ready>('GET', '/readyz', { key: null });
    expect([ready.status, ready.body.parts['storage']?.ok]).toEqual([503, false]);
    expect((await server.request('POST', '/v1/owners', { body: { name: 'x', kind: 'team' } })).status).toBe(
      503,
    );
  });
});
