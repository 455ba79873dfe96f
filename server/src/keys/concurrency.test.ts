import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { verifyStorage } from '../audit/index.ts';
import { KeywardError } from '../base/errors.ts';
import {
  changeState,
  createOwner,
  importKeys,
  mintLocally,
  QuietSweeper,
  rotate,
  updateKey,
  updateOwner,
} from './index.ts';
import type { KeysContext } from './index.ts';
import { all, mintOne, openTestKeys, OPERATOR } from './keys.fixture.ts';

/** What a change may answer because another one came first. */
const EXPECTED = new Set(['conflict', 'rotation_running', 'precondition_failed', 'invalid_input']);

describeOnBothDatabases('everything at once', (open) => {
  test(
    'changes of the same keys and owners by two processes neither fail nor wait in a circle',
    { timeout: 60_000 },
    async () => {
      const { keys, another, database } = await openTestKeys(open);
      const contexts = [keys, (await another()).keys];
      const made = await Promise.all(Array.from({ length: 6 }, () => mintOne(keys)));
      const { owner } = made[0]!.key;
      const secret = (i: number): string => `imported-at-the-same-time-${i}`;
      const lines = async function* (from: number) {
        for (let i = 0; i < 20; i++) {
          const name = `i${i}`;
          yield {
            line: i,
            input: { name, owner: owner.id, role: 'miner' as const, secret: secret((from + i) % 20) },
          };
        }
      };
      const changes: ((context: KeysContext, id: string, i: number) => Promise<unknown>)[] = [
        (context, id) => changeState(context, OPERATOR, { id, verb: 'disable' }),
        (context, id) => changeState(context, OPERATOR, { id, verb: 'enable' }),
        (context, id, i) => updateKey(context, OPERATOR, { id, input: { name: `n${i}` } }),
        (context, id) => rotate(context, OPERATOR, { id, input: { end: 'quiet', quiet_seconds: 10 } }),
        (context, _id, i) => updateOwner(context, OPERATOR, { id: owner.id, input: { name: `o${i}` } }),
        (context, _id, i) => createOwner(context, OPERATOR, { name: `o${i % 9}`, kind: 'team' }),
        (context, _id, i) => all(importKeys(context, OPERATOR, lines(i))),
        (context) => mintLocally(context, 'back in'),
        (context) => new QuietSweeper(context).sweep(),
        async (context) => {
          for (const { key } of made) context.lastUsed.note(key.secrets[0]?.id ?? '', key.id, 'x');
          await context.lastUsed.flush();
        },
      ];
      const outcomes = await Promise.allSettled(
        // More would wait for a connection for longer than one is waited for, where the machine is busy.
        Array.from({ length: 80 }, (_, i) => {
          const change = changes[(i * 7) % changes.length]!;
          return change(contexts[(i >> 1) % 2]!, made[i % made.length]!.key.id, i);
        }),
      );
      const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      const surprises = failures.filter((one) => !(one instanceof KeywardError && EXPECTED.has(one.code)));
      expect(surprises).toEqual([]);
      expect(await verifyStorage(database.storage)).toMatchObject({ valid: true });
    },
  );
});
