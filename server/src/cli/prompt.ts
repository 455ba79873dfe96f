import type { Context } from './command.ts';
import { usageError } from './exit.ts';
import { isTerminal, readStdin } from './io.ts';

interface Asked {
  prompt?: string | undefined;
  'key-stdin'?: boolean | undefined;
}

/**
 * What to say: the argument, or stdin where it is `-` or there is none.
 * @returns undefined on a terminal without a prompt: a conversation is wanted.
 * @throws CliError
 */
export async function promptOf(
  { prompt: given, 'key-stdin': isKeyOnStdin }: Asked,
  { io }: Context,
  example: string,
): Promise<string | undefined> {
  if (given !== undefined && given !== '-') {
    if (given.trim() === '') throw usageError('The prompt is empty.', { example });
    return given;
  }
  if (given === undefined && isTerminal(io.stdin)) return undefined;
  if (isKeyOnStdin === true) throw usageError('stdin contains the key: give the prompt as an argument.');
  const text = (await readStdin(io)).trim();
  if (text === '') throw usageError('The prompt is missing.', { example });
  return text;
}
