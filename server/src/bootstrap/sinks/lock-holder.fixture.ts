import { closeSync, openSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './file-lock.ts';

/*
 * A process of file-lock.test.ts. `hang`: takes the lock, says so and keeps it until it is killed. `work`: takes it
 * many times, and ends with 1 if somebody else is inside at the same time.
 */
const [, , role, path = '', times = '1'] = process.argv;

if (role === 'hang')
  await withLock(path, async () => {
    process.stdout.write('held\n');
    await sleep(60_000);
  });
if (role === 'work')
  await Promise.all(
    Array.from({ length: Number(times) }, () =>
      withLock(path, async () => {
        closeSync(openSync(`${path}.inside`, 'wx'));
        await sleep(1);
        rmSync(`${path}.inside`);
      }),
    ),
  );
