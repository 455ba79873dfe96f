import { Readable } from 'node:stream';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { verifyFile } from '../audit/index.ts';
import { describeOnBothServers, describeOnServer, type TestServer } from '../../test/server.ts';

interface Record {
  seq: number;
  at: string;
  actor: string;
  action: string;
  target: string;
  outcome: string;
  details: { code?: string; count?: number };
  prev_hash: string;
  hash: string;
}
interface Page {
  items: Record[];
  next_cursor: string | null;
  errors?: { field: string }[];
}

describeOnBothServers('the audit record', (start) => {
  let server: TestServer;
  const list = (query: string) => server.request<Page>('GET', `/v1/audit${query}`);

  beforeAll(async () => {
    server = await start();
    for (let i = 0; i < 5; i++) await server.mint();
  });

  test('audit records are listed newest first, each with the hash of the one before, page by page', async () => {
    const records: Record[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: Page } = await list(`?limit=2${cursor}`);
      records.push(...body.items);
      cursor = body.next_cursor === null ? null : `&cursor=${body.next_cursor}`;
    }
    expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => records.length - i));
    for (const [i, { prev_hash }] of records.slice(0, -1).entries())
      expect(prev_hash).toBe(records[i + 1]?.hash);
  });

  test('verifying the record finds it whole, shares one walk, and needs the scope', async () => {
    const [one, other] = await Promise.all([
      server.request('GET', '/v1/audit/verify'),
      server.request('GET', '/v1/audit/verify'),
    ]);
    expect(one.body).toMatchObject({ valid: true, broken_at_seq: null, message: null });
    expect((one.body as { records: number }).records).toBeGreaterThanOrEqual(5);
    expect(other.status).toBe(200);
    const narrow = await server.mint({ scopes: ['keys:read'] });
    expect((await server.request('GET', '/v1/audit/verify', { key: narrow.secret })).status).toBe(403);
    expect((await server.request('GET', '/v1/audit/verify', { key: null })).status).toBe(401);
  });

  test('audit records are filtered by actor, action, target and time', async () => {
    const { id } = await server.mint();
    const self = await server.request<{ key: { id: string } }>('GET', '/v1/keys/self');
    const one = await list(`?actor=${self.body.key.id}&action=keys.*&target=${id}`);
    expect(one.body.items).toMatchObject([
      { action: 'keys.mint', target: id, actor: `key:${self.body.key.id}`, outcome: 'ok' },
    ]);
    expect((await list('?from=2190-01-01T00:00:00Z')).body.items).toEqual([]);
    expect((await list('?to=2001-01-01T00:00:00Z')).body.items).toEqual([]);
    expect((await list('?actor=cli')).body.items.map(({ action }) => action)).toContain('keys.mint');
  });

  test('refusals of a valid key are recorded within about a second, equal ones once with their count', async () => {
    const { id, secret } = await server.mint({ limits: [{ name: 'm', requests: 2, window_seconds: 60 }] });
    for (let i = 0; i < 12; i++)
      await server.request('GET', i === 0 ? '/v1/audit' : '/v1/models', { key: secret });
    const found = async () => {
      const { body } = await list(`?actor=${id}`);
      const counts: { [name: string]: number } = {};
      for (const { outcome, action, details } of body.items) {
        const name = `${outcome} ${action} ${details.code}`;
        counts[name] = (counts[name] ?? 0) + (details.count ?? 1);
      }
      return counts;
    };
    await expect.poll(found).toMatchObject({
      'refused audit.list insufficient_scope': 1,
      'refused models.list rate_limited': 9,
    });
    expect((await list(`?actor=${id}`)).body.items.length).toBeLessThan(10);
  });

  test('an attempt of a key to give more than it holds is recorded', async () => {
    const { id, secret } = await server.mint({ scopes: ['keys:write'] });
    await server.request('POST', '/v1/keys', { key: secret, body: { name: 'x', role: 'admin' } });
    const found = async () => (await list(`?actor=${id}`)).body.items.map(({ details }) => details.code);
    await expect.poll(found).toEqual(['scope_escalation']);
  });

  test('the export is the whole record, can be verified offline, and shows where it was cut off', async () => {
    const headers = { authorization: `Bearer ${server.adminKey}` };
    const text = await (await fetch(`${server.url}/v1/audit/export`, { headers })).text();
    const lines = text.trimEnd().split('\n');
    expect(await verifyFile(Readable.from(lines))).toMatchObject({ valid: true });
    expect(await verifyFile(Readable.from(lines.slice(0, -3)))).toMatchObject({ valid: false });
    const { secret } = await server.mint({ scopes: ['keys:read'] });
    expect((await server.request('GET', '/v1/audit/export', { key: secret })).status).toBe(403);
    const bound = await server.mint({
      scopes: ['audit:read'],
      selectors: { workspaces: { allow: ['one'] } },
    });
    expect((await server.request('GET', '/v1/audit/export', { key: bound.secret })).status).toBe(403);
  });

  test('an export with filters is what the list with these filters shows, oldest first', async () => {
    const { id } = await server.mint();
    await server.request('POST', `/v1/keys/${id}/disable`);
    for (const query of [`?target=${id}`, '?action=keys.*&outcome=ok', '?outcome=failed']) {
      const listed = (await list(`${query}${query.includes('target') ? '' : '&limit=200'}`)).body.items;
      const { text } = await server.request<string>('GET', `/v1/audit/export${query}`);
      const [header, ...records] = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
      expect(header).toMatchObject({ format: 'keyward-audit-selection', version: 1 });
      expect(records).toEqual(listed.toReversed());
    }
    const wrong = await server.request<Page>('GET', '/v1/audit/export?outcome=good');
    expect([wrong.status, wrong.body.errors]).toMatchObject([422, [{ field: 'query.outcome' }]]);
  });

  test('one record is read by its number, and not without the scope or by a bound key', async () => {
    const [newest] = (await list('?limit=1')).body.items;
    const path = `/v1/audit/${newest?.seq}`;
    expect(await server.request('GET', path)).toMatchObject({ status: 200, body: newest });
    expect((await server.request('GET', '/v1/audit/999999999')).status).toBe(404);
    expect((await server.request('GET', '/v1/audit/none')).status).toBe(404);
    const { secret } = await server.mint({ scopes: ['keys:read'] });
    expect((await server.request('GET', path, { key: secret })).status).toBe(403);
    const bound = await server.mint({
      scopes: ['audit:read'],
      selectors: { workspaces: { allow: ['one'] } },
    });
    expect((await server.request('GET', path, { key: bound.secret })).status).toBe(403);
  });

  test('the checkpoint is the signed head of the audit record', async () => {
    const { status, body } = await server.request<{ seq: number; hash: string; signature: string }>(
      'GET',
      '/v1/audit/checkpoint',
    );
    const newest = (await list('?limit=200')).body.items.find(({ seq }) => seq === body.seq);
    expect([status, newest?.hash]).toEqual([200, body.hash]);
    expect(body.signature.length).toBeGreaterThan(40);
  });
});

describeOnServer('sqlite', 'an audit record that was changed in the database', (start) => {
  test('verifying names the changed record', async () => {
    const server = await start();
    await server.mint();
    const database = new DatabaseSync(join(server.dataDir, 'keyward.db'));
    onTestFinished(() => database.close());
    // The server of this process may write at this moment.
    await expect.poll(() => database.exec('BEGIN IMMEDIATE'), { interval: 5 }).toBeUndefined();
    // Someone who may write the file may also drop what keeps the table append-only.
    for (const { name } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all())
      database.exec(`DROP TRIGGER "${String(name)}"`);
    database.exec("UPDATE audit_records SET action = 'keys.delete' WHERE seq = 1; COMMIT");
    const { body } = await server.request('GET', '/v1/audit/verify');
    expect(body).toMatchObject({ valid: false, broken_at_seq: 1, records: null });
  });
});
