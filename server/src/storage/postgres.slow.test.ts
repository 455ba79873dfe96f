import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { SAMPLE_MIGRATIONS, increment, readCounter } from '../../test/sample-schema.ts';
import { migrate } from './index.ts';

describeOn('postgres', 'a server process that stops answering', (open) => {
  test(
    'is storage_unavailable after 35 s, and its connection is not used again',
    { timeout: 90_000 },
    async () => {
      const { storage } = await open();
      await migrate(storage, SAMPLE_MIGRATIONS, 1);
      let frozenPid = 0;
      const frozen = storage.transaction(async (tx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
        frozenPid = rows[0]?.pid ?? 0;
        process.kill(frozenPid, 'SIGSTOP');
        await sql`insert into counters (id, value) values ('frozen', 1)`.execute(tx);
      });
      try {
        await expect(frozen).rejects.toMatchObject({ code: 'storage_unavailable' });
      } finally {
        process.kill(frozenPid, 'SIGCONT');
      }
      for (let i = 1; i <= 20; i++) expect(await increment(storage)).toBe(i);
      expect(await readCounter(storage, 'frozen')).toBeUndefined();
    },
  );
});
