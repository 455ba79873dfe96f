import { randomBytes } from 'node:crypto';
import { jsonIn } from '../../base/json-text.ts';

/** The variable of a command that holds what its one line of output begins with. */
export const FRAME_VARIABLE = 'KEYWARD_FRAME';

/**
 * Drawn for each command and given in its environment only. Banners, messages of the engine on stdout and programs that
 * print their arguments or their input do not know it.
 */
export const newFrame = (): string => `keyward-${randomBytes(12).toString('hex')}`;

/** @returns the JSON of the one framed line, or what is wrong with the output. It says nothing of the output itself. */
export function framedIn(stdout: string, frame: string): { body: unknown } | { fault: string } {
  const [line, ...others] = stdout.split('\n').filter((one) => one.startsWith(`${frame} `));
  if (line === undefined) return { fault: `no line that begins with the value of ${FRAME_VARIABLE}` };
  if (others.length > 0)
    return { fault: `${others.length + 1} lines that begin with the value of ${FRAME_VARIABLE}` };
  const body = jsonIn(line.slice(frame.length + 1));
  return typeof body === 'object' && body !== null
    ? { body }
    : { fault: `no JSON object or list behind the value of ${FRAME_VARIABLE}` };
}

/** The whole output as one line of the format; undefined: it is anything else. */
export const lineIn = (stdout: string, format: string): string | undefined =>
  new RegExp(`^(?:${format})\\r?\\n?$`, 'u').test(stdout) ? stdout.trimEnd() : undefined;
