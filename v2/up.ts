import { applyPhase, outcomeOf } from './bootstrap.ts';
import { drawFirstSecrets } from './first-secrets.ts';
import { withLock } from './lock.ts';
import { startOpenBao } from './openbao.ts';
import { findRunning, stop } from './processes.ts';
import { startService } from './service.ts';
import { readSettings, type Place, type Settings } from './settings.ts';
import { run, say, step } from './steps.ts';

/* `make v2-up`: starts what does not run yet, stores the keys, and waits until the wrapper gives a real answer. */

const PROCESSES: Place['name'][] = ['openbao', 'service'];

async function up(settings: Settings): Promise<void> {
  const { state, openbao, service } = settings;
  say(`v2 in ${state}`);
  drawFirstSecrets(state);
  await step('OpenBao', () => startOpenBao(settings));
  await step('static keys', async () => {
    const reports = await applyPhase(settings, 'static');
    // The service reads them at its start.
    if (reports.some(({ action }) => action !== 'none')) await stop(settings, 'service');
    return outcomeOf(reports);
  });
  await step('service', () => startService(settings));
  await step('derived keys', async () => outcomeOf(await applyPhase(settings, 'derived')));
  say(`  ${openbao.url} ${service.url}`);
}

/** What this run started ends with it if it fails; what ran before goes on. */
async function upOrNothing(settings: Settings): Promise<void> {
  const before = await Promise.all(PROCESSES.map((name) => findRunning(settings, name)));
  const undo = async () => {
    for (const [index, name] of [...PROCESSES.entries()].toReversed())
      if (before[index] === undefined) await stop(settings, name);
  };
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
