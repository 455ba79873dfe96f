import { openCore, type Core } from '../../app.ts';
import { createLogger, type Logger } from '../../base/logger.ts';
import type { Config } from '../../config.ts';

/** Logs errors alone, to stderr. */
export const quietLogger = (): Promise<Logger> => createLogger('error');

/** Works on the data directory of this machine, beside a running server or without one. */
export async function withCore<T>(config: Config, work: (core: Core) => Promise<T>): Promise<T> {
  const core = await openCore(config, await quietLogger());
  try {
    return await work(core);
  } finally {
    await core.stop();
  }
}
