import { once } from 'node:events';
import { addAbortSignal, type Readable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { collected } from '../base/collected.ts';
import { CliError, EXIT } from './exit.ts';
import { pasteable } from './program.ts';
import { linesAsSeen } from './table/control-characters.ts';

type Output = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
type Input = Readable & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;

export interface Io {
  stdin: Input;
  /** Only for the result. */
  stdout: Output;
  /** Everything else. */
  stderr: Output;
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
}

/** Writes a line to stderr; its commands can be pasted. */
export function say({ stderr }: Io, line: string): void {
  stderr.write(`${shownOn(stderr, pasteable(line))}\n`);
}

/** Writes the warnings of the server to stderr. */
export function warn(io: Io, warnings: readonly string[]): void {
  for (const warning of warnings) say(io, `Warning: ${warning}`);
}

/** Writes a piece of the result, on a terminal as text that it does not obey; waits for a slow reader. */
export async function write({ stdout }: Io, text: string | Uint8Array): Promise<void> {
  const shown = typeof text === 'string' ? shownOn(stdout, text) : text;
  if (!stdout.write(shown)) await once(stdout, 'drain');
}

const shownOn = (output: Output, text: string): string => (isTerminal(output) ? linesAsSeen(text) : text);

export const isTerminal = (stream: { isTTY?: boolean | undefined }): boolean => stream.isTTY === true;

const STDIN_MAX_BYTES = 1024 * 1024;

/** All of stdin, as text. @throws CliError beyond 1 MiB. */
export async function readStdin({ stdin, interrupted }: Io): Promise<string> {
  const tooLong = (): CliError => new CliError('stdin contains more than 1 MiB.', { exitCode: EXIT.usage });
  return (await collected(addAbortSignal(interrupted, stdin), STDIN_MAX_BYTES, tooLong)).toString('utf8');
}

/** Asks on the terminal, without echo. @throws CliError on Ctrl-C */
export async function promptHidden(io: Io, question: string): Promise<string> {
  const { stdin, stderr } = io;
  // Before the question, so that no typed character is echoed.
  stdin.setRawMode?.(true);
  try {
    stderr.write(question);
    let text = '';
    for await (const chunk of stdin) {
      for (const character of Buffer.from(chunk as Uint8Array).toString('utf8')) {
        if (character === '\r' || character === '\n' || character === '\u0004') return text;
        if (character === '\u0003') throw new CliError('Interrupted.', { exitCode: EXIT.interrupted });
        if (character === '\u007f' || character === '\b') text = text.slice(0, -1);
        else if (character >= ' ') text += character;
      }
    }
    return text;
  } finally {
    stdin.setRawMode?.(false);
    stderr.write('\n');
  }
}
