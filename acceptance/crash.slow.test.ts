import { describe, expect, test } from 'vitest';
import { CrashLife } from './crash-life.ts';
import { newHome } from './server.ts';

const ROUNDS = 100;

describe.each(['sqlite', 'postgres'] as const)('kill -9, again and again (%s)', (database) => {
  test(`A server that is killed ${ROUNDS} times loses nothing that it acknowledged`, async () => {
    const life = new CrashLife(await newHome({ database }));
    for (let round = 0; round < ROUNDS; round++) await life.round();
    await life.finish();
    expect(life.counts.mints).toBeGreaterThan(ROUNDS);
  }, 900_000);
});
