import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { drawRole, ROLES } from './first-secrets.ts';
import { keyward } from './keyward.ts';
import { withLock } from './lock.ts';
import { OpenBaoClient } from './openbao-client.ts';
import { startOpenBao, untilRolesLogIn } from './openbao.ts';
import { stop } from './processes.ts';
import { readSettings, REPOSITORY, type Settings } from './settings.ts';
import { run, say, step, StepError } from './steps.ts';

/* `make v2-restore FROM=folder`: a new state from a backup. It appears when it is whole, or not at all. */

async function restore(settings: Settings, from: string): Promise<void> {
  const { state } = settings;
  const data = join(state, 'service/data');
  for (const folder of ['openbao', 'service', 'service/data'])
    mkdirSync(join(state, folder), { recursive: true, mode: 0o700 });
  copyFileSync(join(from, 'keys/unseal.key'), join(state, 'openbao/unseal.key'));
  copyFileSync(join(from, 'keys/master.key'), join(data, 'master.key'));
  cpSync(join(from, 'keys/roles'), join(state, 'roles'), { recursive: true });
  await step('OpenBao', async () => {
    drawRole(state, 'restore');
    await startOpenBao(settings, {
      configs: [join(REPOSITORY, 'v2/openbao-restore.hcl')],
      roles: ['restore'],
    });
    const client = await OpenBaoClient.logIn(settings, 'restore');
    await client.restore(readFileSync(join(from, 'data/openbao.snapshot')));
    // With the secret ids of the backup, and so with its data.
    await untilRolesLogIn(settings, ROLES);
    rmSync(join(state, 'roles/restore'), { recursive: true });
    await stop(settings, 'openbao');
    return 'restored';
  });
  await step('service', async () => {
    await keyward(['restore', join(from, 'data/service.gz')], {
      folder: state,
      environment: { KEYWARD_DATA_DIR: data },
    });
    return 'restored';
  });
}

await run('v2-restore', async () => {
  const settings = readSettings();
  const from = resolve(process.env['FROM'] || '.');
  if (!existsSync(join(from, 'data')) || !existsSync(join(from, 'keys')))
    throw new StepError(`${from} has no folders data and keys.`, {
      next: 'Put both parts of the backup into one folder: make v2-restore FROM=/backup/v2',
    });
  await withLock(settings.state, async () => {
    if (existsSync(settings.state))
      throw new StepError(`${settings.state} exists.`, {
        next: 'Remove it (make v2-down PURGE=1), or name another folder in V2_STATE.',
      });
    const unfinished = { ...settings, state: `${settings.state}.restoring` };
    const undo = async (): Promise<void> => {
      await stop(unfinished, 'openbao');
      rmSync(unfinished.state, { recursive: true, force: true });
    };
    await undo();
    try {
      await restore(unfinished, from);
    } catch (error) {
      await undo();
      // Its log has gone with everything else.
      throw new StepError((error as Error).message, { cause: error });
    }
    renameSync(unfinished.state, settings.state);
  });
  say(`Restored ${settings.state}. Start it: make v2-up`);
});
