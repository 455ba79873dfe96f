import { expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { Lanes } from './lanes.ts';

const LANES = 8;

describeOnBothServers('lanes of the queue', (start) => {
  test('lanes in which nothing waits are forgotten where there are many, and known again with their next job', async () => {
    const server = await start();
    const { db } = server.app.core.storage;
    for (let lane = 0; lane < LANES; lane++)
      await server.request('POST', '/v1/jobs', { body: { prompt: 'x', model: `m${lane}` } });
    const lanes = new Lanes(0, LANES / 2);
    await lanes.refresh(db);
    expect([lanes.size, lanes.open().length]).toEqual([LANES, LANES]);
    const [kept, ...others] = lanes.open();
    for (const lane of others) lanes.close(lane, lane.arrivals);
    await server.app.core.storage.transaction((tx) =>
      tx
        .withTables<{ jobs: { state: string; lane: number } }>()
        .updateTable('jobs')
        .set({ state: 'CANCELED' })
        .where('lane', '!=', kept?.id ?? 0)
        .execute(),
    );
    await lanes.refresh(db);
    expect(lanes.open().map(({ id }) => id)).toEqual([kept?.id]);
    expect(lanes.size).toBe(1);
    await lanes.arrived(db, [others[0]?.id ?? 0], 5);
    expect(lanes.size).toBe(2);
  });
});
