import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { graphql } from '../graphql.ts';
import { startOpenBao } from '../openbao.ts';
import { findRunning } from '../processes.ts';
import type { SmokeReport } from './report.ts';
import { readStack, type Stack } from './stack.ts';
import { QUERY } from './wrapper.ts';

/** OpenBao is killed, as a power cut does it, and started again. */
export async function checkRestart(report: SmokeReport, { settings, key }: Stack): Promise<void> {
  await report.check(
    'OpenBao, killed with -9, unseals itself at its next start, and the key is still there',
    async () => {
      const running = await findRunning(settings, 'openbao');
      assert.ok(running !== undefined);
      process.kill(running.pid, 'SIGKILL');
      while ((await findRunning(settings, 'openbao')) !== undefined) await sleep(10);
      assert.match(await startOpenBao(settings), /unsealed itself/);
      assert.ok((await readStack(settings)).key === key, 'The key in OpenBao is another one now.');
    },
  );
  await report.check('the wrapper goes on with the same key', async () => {
    const { status, codes } = await graphql(settings, QUERY);
    assert.deepEqual([status, codes], [200, []]);
  });
}
