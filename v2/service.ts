import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRunning, pidFile, stop, untilReady } from './processes.ts';
import { cleanEnvironment, REPOSITORY, type Settings } from './settings.ts';

/**
 * The service with the Developer API: a Keyward of its own. It reads the password of its administrator from `.env` in its
 * folder, which the bootstrap writes (mode 0600): in its environment, `ps` would show it.
 */
export async function startService(settings: Settings): Promise<string> {
  const { service } = settings;
  const folder = join(settings.state, 'service');
  // It reads .env at its start only.
  const isOutdated = modifiedMs(join(folder, '.env')) > modifiedMs(pidFile(settings, 'service'));
  const wasStopped = isOutdated && (await stop(settings, 'service'));
  const isNew = await ensureRunning(settings, {
    place: service,
    command: [join(REPOSITORY, 'keyward'), 'serve'],
    folder,
    environment: cleanEnvironment({
      KEYWARD_DATA_DIR: join(folder, 'data'),
      KEYWARD_CONFIG_DIR: join(folder, 'config'),
      KEYWARD_PORT: String(service.port),
    }),
    prepare: () => void mkdirSync(folder, { recursive: true, mode: 0o700 }),
  });
  await untilReady(settings, 'service', () => isOk(`${service.url}/readyz`));
  const what = wasStopped ? 'started again with its new .env' : isNew ? 'started' : 'is running';
  return `${what}, ${service.url}`;
}

/** 0: it does not exist. */
const modifiedMs = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const isOk = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
