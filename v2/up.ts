import { chmodSync, mkdirSync } from 'node:fs';
import { applyPhase, outcomeOf } from './bootstrap.ts';
import { drawFirstSecrets } from './first-secrets.ts';
import { withLock } from './lock.ts';
import { startOpenBao } from './openbao.ts';
import { findRunning, stop } from './processes.ts';
import { startService } from './service.ts';
import { readSettings, type Place, type Settings } from './settings.ts';
import { endOnSignals, run, say, step } from './steps.ts';
import { startWrapper } from './wrapper.ts';

/* `make v2-up`: starts what does not run yet, stores the keys, and waits until the wrapper gives a real answer. */

const PROCESSES: Place['name'][] = ['openbao', 'service', 'wrapper'];

async function up(settings: Settings): Promise<void> {
  const { state } = settings;
  say(`v2 in ${state}`);
  // Also where the folder was there before.
  mkdirSync(state, { recursive: true, mode: 0o700 });
  chmodSync(state, 0o700);
  drawFirstSecrets(state);
  await step('OpenBao', () => startOpenBao(settings));
  await step('static keys', async () => outcomeOf(await applyPhase(settings, 'static')));
  await step('service', () => startService(settings));
  await step('derived keys', async () => outcomeOf(await applyPhase(settings, 'derived')));
  await step('wrapper', () => startWrapper(settings));
  say(ready(settings));
}

const ready = ({ state, openbao, service, wrapper }: Settings): string => `
v2 is ready.
  Wrapper  ${wrapper.url}/ (page), ${wrapper.url}/graphql
  Service  ${service.url}/api/docs (the Developer API)
  OpenBao  ${openbao.url}, kv/data/tribuence/v2/anythingllm has ANYLLM_API_KEY
  The key that unseals OpenBao lies beside its data, in ${state}/openbao/unseal.key:
  a stolen backup of the data alone is worth nothing, a stolen machine is.
Try it:
  curl -s ${wrapper.url}/graphql -H 'content-type: application/json' -H 'x-keyward-csrf: 1' \\
    -d '{"query":"{ workspaces { totalCount nodes { slug name } } }"}'
Prove it: make v2-smoke   Stop it: make v2-down`;

/** What this run started ends with it if it fails or is interrupted; what ran before goes on. */
async function upOrNothing(settings: Settings): Promise<void> {
  const running = await Promise.all(PROCESSES.map((name) => findRunning(settings, name)));
  const undo = async (): Promise<void> => {
    for (const [index, name] of [...PROCESSES.entries()].toReversed())
      if (running[index] === undefined) await stop(settings, name);
  };
  endOnSignals();
  try {
    await up(settings);
  } catch (error) {
    await undo();
    throw error;
  }
}

await run('v2-up', () => {
  const settings = readSettings();
  return withLock(settings.state, () => upOrNothing(settings));
});
