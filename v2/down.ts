import { existsSync, rmSync } from 'node:fs';
import { withLock } from './lock.ts';
import { stop } from './processes.ts';
import { readSettings } from './settings.ts';
import { run, say, step } from './steps.ts';

/* `make v2-down`: stops the processes. With PURGE=1 it removes all data too. */

await run('v2-down', async () => {
  const { state, ...places } = readSettings();
  if (!existsSync(state)) return say(`There is nothing in ${state}.`);
  const settings = { state, ...places };
  await withLock(state, async () => {
    for (const name of ['wrapper', 'service', 'openbao'] as const)
      await step(name, async () => ((await stop(settings, name)) ? 'stopped' : 'did not run'));
  });
  if (process.env['PURGE'] !== '1')
    return say(`The data stay in ${state}. To remove them: make v2-down PURGE=1`);
  rmSync(state, { recursive: true });
  say(
    `Removed ${state}: OpenBao's data and the key that unseals them, the service's data and master key, and the logs.`,
  );
});
