import pino from 'pino';
import type { Logger } from 'pino';
import type { LogLevel } from './log/log-levels.ts';
import { toDescriptor, toFile } from './log/log-stream.ts';
import { scrub, scrubText } from './scrub.ts';

export type { Logger } from 'pino';

const scrubbed = (object: object): Record<string, unknown> => scrub(object) as Record<string, unknown>;

/**
 * JSON lines on stderr; readable ones on a terminal, which alone loads pino-pretty. Secrets are removed (scrub.ts).
 * @param file a path: the lines go there, and the file is rotated
 */
export async function createLogger(
  level: LogLevel,
  {
    stream = process.stderr,
    file,
  }: { stream?: NodeJS.WriteStream & { fd?: number }; file?: string | undefined } = {},
): Promise<Logger> {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // `scrub` has serialized the error.
    serializers: { err: (error: unknown) => error },
    formatters: { log: scrubbed, bindings: scrubbed },
    hooks: { streamWrite: scrubText },
  };
  if (file !== undefined) return pino(options, toFile(file));
  const fd = stream.fd ?? 2;
  if (!stream.isTTY) return pino(options, toDescriptor(fd));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    options,
    pretty({ colorize: true, destination: fd, sync: true, translateTime: 'SYS:HH:MM:ss.l' }),
  );
}
