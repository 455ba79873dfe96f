import { expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { WORKERS_LIST_MAX } from '../../jobs/index.ts';
import { tables } from '../../jobs/store/tables.ts';
import { newOwnerKey, TestWorker } from './jobs.fixture.ts';

interface Listed {
  items: { worker_id: string }[];
  has_more: boolean;
}

const BATCH = 200;

describeOnBothServers('more workers than a list has', (start) => {
  test('an owner sees all of its own, however many others have, and a list that is cut says so', async () => {
    const server = await start();
    const few = await newOwnerKey(server, 'few', { role: 'miner' });
    const many = await newOwnerKey(server, 'many', { role: 'miner' });
    const own = new TestWorker(server, few.secret, 'own');
    const { worker_id: id } = (await own.register()).body;
    const { worker_id: other } = (await new TestWorker(server, many.secret, 'w').register()).body;
    const { storage } = server.app.core.jobs;
    const row = await tables(storage.db)
      .selectFrom('workers')
      .selectAll()
      .where('id', '=', other)
      .executeTakeFirstOrThrow();
    const copies = Array.from({ length: WORKERS_LIST_MAX }, (_, at) => ({
      ...row,
      id: `${other}-${at}`,
      name: `w-${at}`,
      seen_at: row.seen_at + 1,
    }));
    for (let at = 0; at < copies.length; at += BATCH)
      await storage.transaction((tx) =>
        tables(tx)
          .insertInto('workers')
          .values(copies.slice(at, at + BATCH))
          .execute(),
      );
    const listed = async (key: string): Promise<Listed> =>
      (await server.request<Listed>('GET', '/v1/workers', { key })).body;
    expect(await listed(few.secret)).toMatchObject({ items: [{ worker_id: id }], has_more: false });
    const cut = await listed(many.secret);
    expect([cut.items.length, cut.has_more]).toEqual([WORKERS_LIST_MAX, true]);
    // One that the list does not show is changed, and answered, all the same.
    const path = `/v1/workers/${other}/capabilities`;
    const changed = await server.request('PUT', path, { key: many.secret, body: { models: ['new'] } });
    expect(changed).toMatchObject({ status: 200, body: { worker_id: other } });
  });
});
