import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { keyward } from './keyward.ts';
import { withLock } from './lock.ts';
import { OpenBaoClient } from './openbao-client.ts';
import { findRunning } from './processes.ts';
import { readSettings, type Settings } from './settings.ts';
import { run, say, step, StepError } from './steps.ts';

/*
 * `make v2-backup TO=folder`: the data of OpenBao and of the service while they run, and apart from them the keys that
 * open those data.
 */

async function backup(settings: Settings, folder: string): Promise<void> {
  const { state } = settings;
  const [data, keys] = [join(folder, 'data'), join(folder, 'keys')];
  for (const part of [data, keys]) mkdirSync(part, { recursive: true, mode: 0o700 });
  await step('OpenBao', async () => {
    const client = await OpenBaoClient.logIn(settings, 'operator');
    const snapshot = await client.snapshot();
    await client.end();
    writeFileSync(join(data, 'openbao.snapshot'), snapshot, { mode: 0o600, flag: 'wx', flush: true });
    return `snapshot of ${snapshot.length} bytes`;
  });
  await step('service', async () => {
    await keyward(['backup', join(data, 'service.gz')], {
      folder: state,
      environment: { KEYWARD_DATA_DIR: join(state, 'service/data') },
    });
    return 'backup';
  });
  await step('keys', async () => {
    copyFileSync(join(state, 'openbao/unseal.key'), join(keys, 'unseal.key'));
    copyFileSync(join(state, 'service/data/master.key'), join(keys, 'master.key'));
    cpSync(join(state, 'roles'), join(keys, 'roles'), { recursive: true });
    return 'copied';
  });
  say(`The backup is in ${folder}. Keep ${keys} elsewhere: with it, the data can be read.`);
}

await run('v2-backup', async () => {
  const settings = readSettings();
  const to = process.env['TO'] ?? '';
  if (to === '')
    throw new StepError('TO is not set.', { next: 'Name a new folder: make v2-backup TO=/backup/v2' });
  if (existsSync(to)) throw new StepError(`${to} exists.`, { next: 'Name a new folder in TO.' });
  if ((await findRunning(settings, 'openbao')) === undefined)
    throw new StepError('OpenBao does not run.', { next: 'Start v2 first: make v2-up' });
  await withLock(settings.state, async () => {
    try {
      await backup(settings, resolve(to));
    } catch (error) {
      rmSync(to, { recursive: true, force: true });
      throw error;
    }
  });
});
