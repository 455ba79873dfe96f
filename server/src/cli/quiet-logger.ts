import { createLogger, type Logger } from '../base/logger.ts';

/** For work on the data directory: only what has gone wrong is said, on stderr. */
export const quietLogger = (): Promise<Logger> => createLogger('error');
