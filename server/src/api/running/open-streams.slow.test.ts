import { expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { percentiles } from '../../nodes/revocation.fixture.ts';
import { revokeStreams } from './open-streams.fixture.ts';

const STREAMS = 200;
/** The first two revocations on each process run code for the first time; they are looked at, and not timed. */
const COLD = 4;

describeOnBothServers('two hundred open streams', (start, dialect) => {
  test(
    'nothing that the upstream sent after the acknowledgement reaches a client',
    { timeout: 300_000 },
    async () => {
      const server = await start();
      const { rounds, counted } = await revokeStreams(server, STREAMS + COLD);
      const late = rounds.filter(({ stream, acknowledgedMs }) => stream.lastSentMs > acknowledgedMs);
      expect(late).toEqual([]);
      expect(rounds.map(({ requestsEnded }) => requestsEnded)).toEqual(rounds.map(() => 1));
      expect(rounds.filter(({ stream }) => !stream.text.includes('"code":"key_revoked"'))).toEqual([]);
      await expect.poll(counted).toEqual(rounds.map(() => 1));
      for (const figure of ['tookMs', 'waitedMs'] as const) {
        const all = rounds.slice(COLD).map((round) => round[figure]);
        const [p50, p99, most] = percentiles(all, [0.5, 0.99, 1]).map((ms) => ms.toFixed(1));
        process.stderr.write(
          `${STREAMS} streams on ${dialect}, ${figure}: p50 ${p50} ms, p99 ${p99} ms, most ${most} ms\n`,
        );
      }
    },
  );
});
