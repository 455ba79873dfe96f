import { openCore, type Core } from '../../app.ts';
import { createLogger, type Logger } from '../../base/logger.ts';
import type { Config } from '../../config.ts';
import type { Waiting } from '../../storage/index.ts';
import { refuseMissing } from './local.ts';

/** Logs errors alone, to stderr. */
export const quietLogger = (): Promise<Logger> => createLogger('error');

/**
 * Works on the data directory of this machine, beside a running server or without one.
 * @param waiting for a PostgreSQL that cannot be reached yet. @default it is refused at once
 * @param mayMake whether a missing database and its master key are made. @default false
 */
export async function withCore<T>(
  config: Config,
  work: (core: Core) => Promise<T>,
  { mayMake = false, waiting }: { mayMake?: boolean; waiting?: Waiting } = {},
): Promise<T> {
  if (!mayMake) refuseMissing(config);
  const core = await openCore(config, await quietLogger(), { mayMake, waiting });
  try {
    return await work(core);
  } finally {
    await core.stop();
  }
}
