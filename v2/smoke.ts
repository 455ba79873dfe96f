import { findRunning } from './processes.ts';
import { readSettings } from './settings.ts';
import { checkKeys } from './smoke/keys.ts';
import { checkLeaks } from './smoke/leaks.ts';
import { SmokeReport } from './smoke/report.ts';
import { checkPage } from './smoke/page.ts';
import { checkRestart } from './smoke/restart.ts';
import { checkRotation } from './smoke/rotation.ts';
import { readStack } from './smoke/stack.ts';
import { checkWrapper } from './smoke/wrapper.ts';
import { run, say, StepError } from './steps.ts';

/* `make v2-smoke`: proves on the running stack what docs/v2.md promises. It leaves a new key: the minted one is rotated. */

const BEFORE = [checkKeys, checkWrapper, checkRotation];
const AFTERWARDS = [checkPage, checkLeaks, checkRestart];

await run('v2-smoke', async () => {
  const settings = readSettings();
  for (const name of ['openbao', 'service', 'wrapper'] as const)
    if ((await findRunning(settings, name)) === undefined)
      throw new StepError(`${name} does not run.`, { next: 'Start v2 first: make v2-up' });
  say(`v2 in ${settings.state}`);
  const report = new SmokeReport();
  const first = await readStack(settings);
  for (const check of BEFORE) await check(report, first);
  // With the key of the rotation; nothing may hold the former one either.
  const stack = { ...(await readStack(settings)), formerKey: first.key };
  for (const check of AFTERWARDS) await check(report, stack);
  if (!report.end()) process.exitCode = 1;
});
