import { describe, expect, test } from 'vitest';
import { CrashLife } from './crash-life.ts';
import { newHome } from './server.ts';

/** A hundred each are in crash.slow.test.ts. */
const ROUNDS = { sqlite: 3, postgres: 2 };

describe.each(['sqlite', 'postgres'] as const)('kill -9 at any time (%s)', (database) => {
  test('After kill -9 acknowledged changes are there, others are complete or missing, and the audit record verifies', async () => {
    const life = new CrashLife(await newHome({ database }));
    for (let round = 0; round < ROUNDS[database]; round++) await life.round();
    await life.finish();
    expect(life.counts.mints).toBeGreaterThan(ROUNDS[database]);
    expect(life.counts.revoked).toBeGreaterThanOrEqual(ROUNDS[database]);
  }, 240_000);
});
