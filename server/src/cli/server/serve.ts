import { once } from 'node:events';
import { openApp, type App } from '../../app.ts';
import { StartupError } from '../../base/errors.ts';
import { createLogger, type Logger } from '../../base/logger.ts';
import { BUILD, COMMIT, VERSION } from '../../base/version.ts';
import type { Config } from '../../config.ts';
import { listKeys, mintFirstKey } from '../../keys/index.ts';
import { checkMasterKey } from '../../sealing/index.ts';
import type { Context } from '../command.ts';
import { isTerminal, write } from '../io.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { pasteable } from '../program.ts';
import { giveBackMemory } from './start-memory.ts';
import { unencryptedWarning } from './exposure.ts';

const HOW_TO_GET_A_KEY = 'there is no key yet: run keyward keys create --local on this machine';

/** Runs the server until SIGTERM or SIGINT. Running requests may finish. @throws StartupError */
export async function serve(context: Context, { logFile }: { logFile?: string | undefined }): Promise<void> {
  const { config, io } = context;
  // A full disk, or a terminal that is gone, must not end it.
  for (const stream of [io.stdout, io.stderr])
    stream.removeAllListeners('error').on('error', () => undefined);
  const logger = await createLogger(config.logLevel, { file: logFile });
  const stop = firstSignal(context);
  const app = await opened(config, logger, stop);
  if (app === undefined) return;
  try {
    warn(config, logger);
    const { missing } = await checkMasterKey(app.core.storage, app.core.sealing, Date.now());
    if (missing.length > 0)
      logger.warn(
        { fingerprints: missing },
        'older master keys are missing: keys and credentials made under them are refused; add them to KEYWARD_PREVIOUS_MASTER_KEYS',
      );
    if (stop.aborted) return;
    giveBackMemory();
    await app.start();
    await writePidFile(config.dataDir, { url: app.url(), version: VERSION, commit: COMMIT });
    io.stdout.write(`Keyward ${BUILD} is ready at ${app.url()} (API: /api/docs)\n`);
    // Not waited for: the database may hang, and a signal must be heard.
    offerFirstKey(app, context, logger).catch((error: unknown) =>
      logger.warn({ err: error }, 'it is not known whether there is a key'),
    );
    if (!stop.aborted) await once(stop, 'abort');
    const { drainMs, limitMs } = config.stopping;
    logger.info(
      { signal: stop.reason as string },
      `stopping: requests are still accepted for ${drainMs / 1_000} s; all has ended after ${limitMs / 1_000} s at the latest`,
    );
  } finally {
    if (!(await app.stop()))
      logger.error(
        'stopping took as long as it may, as the database did not answer: uses of the last second may be missing from the count',
      );
    await removePidFile(config.dataDir, process.pid);
  }
}

/** @returns undefined where the signal came while PostgreSQL was waited for. @throws StartupError */
async function opened(config: Config, logger: Logger, stop: AbortSignal): Promise<App | undefined> {
  const say = (line: string): void => logger.warn(line);
  try {
    return await openApp(config, logger, { waiting: { maxMs: config.databaseWaitMs, signal: stop, say } });
  } catch (error) {
    if (!stop.aborted || error instanceof StartupError) throw error;
    logger.info({ signal: stop.reason as string }, 'stopped before it was ready');
    return undefined;
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
    if (!(await hasKeys(app))) logger.warn(pasteable(HOW_TO_GET_A_KEY));
    return;
  }
  const first = await mintFirstKey(keys);
  if (first !== null) await write(io, `Admin key, shown once: ${first.secret}\n`);
}

async function hasKeys({ core: { keys } }: App): Promise<boolean> {
  return (await listKeys(keys, { kind: 'cli' }, { limit: 1 })).items.length > 0;
}

/** Aborted by the first SIGTERM or SIGINT, its reason. A second one ends the process at once; for SIGINT main.ts does it. */
function firstSignal({ io }: Context): AbortSignal {
  const stop = new AbortController();
  io.interrupted.addEventListener('abort', () => stop.abort('SIGINT'), { once: true });
  process.once('SIGTERM', () => {
    process.once('SIGTERM', () => process.exit(143));
    process.once('SIGINT', () => process.exit(130));
    stop.abort('SIGTERM');
  });
  return stop.signal;
}
