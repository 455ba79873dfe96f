import { sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { SAMPLE_MIGRATIONS, increment, readCounter } from '../../test/sample-schema.ts';
import { describeOnServer } from '../../test/server.ts';
import { migrate } from './index.ts';

/** Another client of the database, which PostgreSQL never chooses as the victim of a deadlock. */
async function openRival(connectionString: string): Promise<pg.Client> {
  const rival = new pg.Client({ connectionString });
  await rival.connect();
  onTestFinished(() => rival.end());
  await rival.query(`set deadlock_timeout = '1h'`);
  return rival;
}

/** Whether a client of this database waits for a lock of the rival. */
async function isWaitedFor(rival: pg.Client): Promise<boolean> {
  const { rowCount } = await rival.query(
    `select 1 from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))`,
  );
  return (rowCount ?? 0) > 0;
}

describeOnServer('postgres', 'a request that PostgreSQL takes out of a deadlock', (start) => {
  test('a transaction in a deadlock is carried out once, and never answered with 500', async () => {
    const server = await start();
    const { id } = await server.mint();
    const rival = await openRival(server.environment['KEYWARD_DATABASE_URL'] ?? '');
    await rival.query('begin');
    await rival.query('select seq from node_changes_head for update');
    const revoking = server.request<{ state: string }>('POST', `/v1/keys/${id}/revoke`, { body: {} });
    await expect.poll(() => isWaitedFor(rival)).toBe(true);
    // The request holds the key's row and waits for the head: now each waits for the other.
    await rival.query('select id from keys where id = $1 for update', [id]);
    await rival.query('rollback');
    const answer = await revoking;
    expect([answer.status, answer.body]).toMatchObject([200, {}]);
    const { body } = await server.request<{ state: string }>('GET', `/v1/keys/${id}`);
    expect(body.state).toBe('revoked');
    const { rows } = await rival.query(`select 1 from audit_records where action = 'keys.revoke'`);
    expect(rows).toHaveLength(1);
  });
});

describeOn('postgres', 'a transaction that PostgreSQL gives up for another', (open) => {
  async function openCounters() {
    const { storage, location } = await open();
    await migrate(storage, SAMPLE_MIGRATIONS, 1);
    return { storage, location };
  }

  const conflict = (code: string): string =>
    `do $$ begin raise exception 'conflict' using errcode = '${code}'; end $$`;
  const unavailable = {
    code: 'storage_unavailable',
    status: 503,
    extras: { headers: { 'retry-after': '1' } },
  };

  test.for(['40P01', '40001'])('a transaction is retried after %s and committed once', async (code) => {
    const { storage } = await openCounters();
    let runs = 0;
    await storage.transaction(async (tx) => {
      await sql`insert into counters (id, value) values ('c', 1)`.execute(tx);
      if (++runs < 3) await sql.raw(conflict(code)).execute(tx);
    });
    expect([runs, await readCounter(storage)]).toEqual([3, 1]);
  });

  test('a transaction that fails in each retry is answered 503 with Retry-After', async () => {
    const { storage } = await openCounters();
    let runs = 0;
    const losing = storage.transaction(async (tx) => {
      runs++;
      await sql.raw(conflict('40P01')).execute(tx);
    });
    await expect(losing).rejects.toMatchObject(unavailable);
    expect(runs).toBe(5);
    expect(await increment(storage)).toBe(1);
  });

  test('a transaction whose work runs once only is not retried, and is answered 503', async () => {
    const { storage } = await openCounters();
    let runs = 0;
    const losing = storage.transaction(
      async (tx) => {
        runs++;
        await sql.raw(conflict('40001')).execute(tx);
      },
      { runsOnce: true },
    );
    await expect(losing).rejects.toMatchObject(unavailable);
    expect(runs).toBe(1);
  });

  test('a transaction is retried also where its work has caught the error', async () => {
    const { storage } = await openCounters();
    let runs = 0;
    await storage.transaction(async (tx) => {
      if (++runs === 1)
        await sql
          .raw(conflict('40P01'))
          .execute(tx)
          .catch(() => undefined);
      await sql`insert into counters (id, value) values ('c', 1)`.execute(tx).catch(() => undefined);
    });
    expect([runs, await readCounter(storage)]).toEqual([2, 1]);
  });

  test('a single statement in a deadlock is answered 503', async () => {
    const { storage } = await openCounters();
    await expect(sql.raw(conflict('40P01')).execute(storage.db)).rejects.toMatchObject(unavailable);
    expect(await readCounter(storage)).toBeUndefined();
  });
});
