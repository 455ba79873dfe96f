import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { mintIn, percentiles, revokeIn, startPair, warm, type Seen } from './revocation.fixture.ts';

const ROUNDS = 3_000;

describeOnBothDatabases('thousands of revocations', (open, dialect) => {
  test(
    'none is admitted after its acknowledgement while the other process asks without pause',
    { timeout: 600_000 },
    async () => {
      const { a, b } = await startPair(await open());
      const waits: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { id, secret } = await mintIn(a);
        await b.ask<Seen>('watch', { text: secret });
        const { ackNs, waited_ms } = await revokeIn(a, id);
        const seen = await b.ask<Seen>('seen', { text: secret });
        expect(seen.refused).toBeGreaterThan(0);
        expect(seen.lastAdmittedBeganNs).toBeLessThan(ackNs);
        waits.push(waited_ms);
      }
      say(`the other process busy, on ${dialect}`, waits);
    },
  );

  test(
    'how long an acknowledgement takes where the other process holds the key in memory',
    { timeout: 600_000 },
    async () => {
      const { a, b } = await startPair(await open());
      const waits: number[] = [];
      const whole: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { id, secret } = await mintIn(a);
        await warm(b, secret);
        const { waited_ms, tookMs } = await revokeIn(a, id);
        waits.push(waited_ms);
        whole.push(tookMs);
      }
      say(`the other process idle, on ${dialect}`, waits);
      say(`the whole revocation with its commit, on ${dialect}`, whole);
      expect(percentiles(waits, [0.5])[0]).toBeLessThan(50);
    },
  );
});

function say(what: string, values: number[]): void {
  const [p50, p99, p999, most] = percentiles(values, [0.5, 0.99, 0.999, 1]).map((ms) => ms.toFixed(1));
  process.stderr.write(
    `${what}: p50 ${p50} ms, p99 ${p99} ms, p99.9 ${p999} ms, most ${most} ms of ${values.length}\n`,
  );
}
