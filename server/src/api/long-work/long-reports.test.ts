import pg from 'pg';
import { beforeAll, expect, test, vi } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../../test/server.ts';
import { addUsage } from './long-work.fixture.ts';

const SINCE = 'from=2000-01-01T00:00:00Z';
const HOURS = 120;
const KEYS_PER_HOUR = 240;

/** What is sent to PostgreSQL meanwhile, and how many rows come back for each. */
async function statementsOf(work: () => Promise<unknown>): Promise<{ text: string; rows: number }[]> {
  const watched = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const sent = watched.mock.calls.map(async ([text], i) => {
      const result = (await watched.mock.results[i]?.value) as pg.QueryResult | undefined;
      return { text, rows: result?.rows.length ?? 0 };
    });
    return (await Promise.all(sent)).filter(({ text }) => /usage_hours|^fetch/.test(text));
  } finally {
    watched.mockRestore();
  }
}

describeOnServer('postgres', 'a usage report', (start) => {
  let server: TestServer;
  let copied: NewKey;
  beforeAll(async () => {
    server = await start();
    copied = await server.mint();
    const ownerId = copied.key.owner.id;
    await addUsage(server, { ownerId, keyId: copied.id, hours: HOURS, keys: KEYS_PER_HOUR });
  });

  test('PostgreSQL adds up a usage report in one statement, and returns it in parts that fit into one turn', async () => {
    const ask = (query: string) => () => server.request('GET', `/v1/usage?${SINCE}&${query}`);
    const byMonth = await statementsOf(ask('step=month&group_by=model'));
    const declared = byMonth.filter(({ text }) => text.startsWith('declare'));
    expect(declared).toHaveLength(1);
    // Two models and two codes in at most two months, and the requests of this test itself.
    expect(byMonth.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(20);
    const byDay = await statementsOf(ask('step=day&group_by=key'));
    const fetched = byDay.filter(({ text }) => text.startsWith('fetch')).map(({ rows }) => rows);
    expect(fetched.length).toBeGreaterThan(1);
    expect(Math.max(...fetched)).toBe(1_000);
  });

  test('a usage report of too many rows is read no further than its limit', async () => {
    let status = 0;
    const sent = await statementsOf(async () => {
      ({ status } = await server.request('GET', `/v1/usage?${SINCE}&step=hour&group_by=key`));
    });
    expect(status).toBe(422);
    const rows = sent.reduce((sum, each) => sum + each.rows, 0);
    expect(rows).toBeLessThan(12_000);
    expect(HOURS * KEYS_PER_HOUR).toBeGreaterThan(12_000);
  });

  test('any number of simultaneous usage reports leaves connections to other requests', async () => {
    const client = new pg.Client({ connectionString: server.environment['KEYWARD_DATABASE_URL'] });
    await client.connect();
    try {
      // No report ends before this does.
      await client.query('begin; lock table usage_hours in access exclusive mode');
      const path = `/v1/usage?${SINCE}&step=total`;
      const reports = Array.from({ length: 30 }, () => server.request('GET', path));
      const { status } = await server.request('GET', `/v1/keys/${copied.id}`);
      await client.query('rollback');
      expect([status, new Set((await Promise.all(reports)).map((answer) => answer.status))]).toEqual([
        200,
        new Set([200]),
      ]);
    } finally {
      await client.end();
    }
  });
});
