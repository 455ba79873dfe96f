import { openApp, type App } from '../../app.ts';
import { createLogger, type Logger } from '../../base/logger.ts';
import { BUILD, COMMIT, VERSION } from '../../base/version.ts';
import type { Config } from '../../config.ts';
import { listKeys, mintFirstKey } from '../../keys/index.ts';
import { checkMasterKey } from '../../sealing/index.ts';
import type { Context } from '../command.ts';
import { isTerminal, write } from '../io.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { unencryptedWarning } from './exposure.ts';

const HOW_TO_GET_A_KEY = 'there is no key yet: run keyward keys create --local on this machine';

/** Runs the server until SIGTERM or SIGINT. Running requests may finish. @throws StartupError */
export async function serve(context: Context, { logFile }: { logFile?: string | undefined }): Promise<void> {
  const { config, io } = context;
  // A full disk, or a terminal that is gone, must not end it.
  for (const stream of [io.stdout, io.stderr])
    stream.removeAllListeners('error').on('error', () => undefined);
  const logger = await createLogger(config.logLevel, { file: logFile });
  const app = await openApp(config, logger);
  try {
    warn(config, logger);
    const { missing } = await checkMasterKey(app.core.storage, app.core.sealing, Date.now());
    if (missing.length > 0)
      logger.warn(
        { fingerprints: missing },
        'older master keys are missing: keys and credentials made under them are refused; add them to KEYWARD_PREVIOUS_MASTER_KEYS',
      );
    const ended = firstSignal(context);
    await app.start();
    await writePidFile(config.dataDir, { url: app.url(), version: VERSION, commit: COMMIT });
    io.stdout.write(`Keyward ${BUILD} is ready at ${app.url()} (API: /api/docs)\n`);
    await offerFirstKey(app, context, logger);
    logger.info({ signal: await ended }, 'stopping: running requests may finish, for 30 s at most');
  } finally {
    await app.stop();
    await removePidFile(config.dataDir, process.pid);
  }
}

function warn(config: Config, logger: Logger): void {
  const warning = unencryptedWarning(config);
  if (warning !== undefined) logger.warn({ host: config.host }, warning);
}

/** Shows the first admin key on a terminal only: a log or a file would keep it. */
async function offerFirstKey(app: App, { io }: Context, logger: Logger): Promise<void> {
  const { keys } = app.core;
  if (!isTerminal(io.stdout)) {
    if (!(await hasKeys(app))) logger.warn(HOW_TO_GET_A_KEY);
    return;
  }
  const first = await mintFirstKey(keys);
  if (first !== null) await write(io, `Admin key, shown once: ${first.secret}\n`);
}

async function hasKeys({ core: { keys } }: App): Promise<boolean> {
  return (await listKeys(keys, { kind: 'cli' }, { limit: 1 })).items.length > 0;
}

/** A second signal ends the process at once; for SIGINT main.ts does it. */
function firstSignal({ io }: Context): Promise<string> {
  return new Promise((resolve) => {
    io.interrupted.addEventListener('abort', () => resolve('SIGINT'), { once: true });
    process.once('SIGTERM', () => {
      process.once('SIGTERM', () => process.exit(143));
      process.once('SIGINT', () => process.exit(130));
      resolve('SIGTERM');
    });
  });
}
