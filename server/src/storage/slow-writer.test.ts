import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { describeOn } from '../../test/databases.ts';
import { SAMPLE_MIGRATIONS, increment } from '../../test/sample-schema.ts';
import { underPermit, type Permit } from './index.ts';

describeOn('sqlite', 'a request of several transactions', (open) => {
  test('a request of several transactions waits for the locks of others for 5 s in all', async () => {
    const { storage, location } = await open(SAMPLE_MIGRATIONS);
    const other = new DatabaseSync(location);
    const permit: Permit = {
      refuseEnded: () => undefined,
      stands: () => undefined,
      signal: new AbortController().signal,
      check: async () => undefined,
    };
    other.exec('BEGIN IMMEDIATE');
    const first = underPermit(permit, () => increment(storage));
    const beganMs = performance.now();
    await expect
      .poll(() => performance.now() - beganMs, { interval: 50, timeout: 5_000 })
      .toBeGreaterThan(3_000);
    other.exec('ROLLBACK');
    expect(await first).toBe(1);
    other.exec('BEGIN IMMEDIATE');
    const againMs = performance.now();
    const second = underPermit(permit, () => increment(storage)).catch((error: unknown) => error);
    // Without a permit it is no part of the request: it gets the lock once that is free.
    const third = increment(storage);
    await expect
      .poll(() => performance.now() - againMs, { interval: 50, timeout: 8_000 })
      .toBeGreaterThan(3_500);
    other.exec('ROLLBACK');
    other.close();
    expect(await second).toMatchObject({ code: 'storage_unavailable' });
    expect(await third).toBe(2);
  });
});
