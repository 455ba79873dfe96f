import { readKeyText } from '../base/key-text.ts';
import type { Context } from './command.ts';
import { usageError } from './exit.ts';
import { isTerminal, promptHidden, readStdin, say } from './io.ts';

interface SecretSource {
  /** As given on the command line; `-` means stdin. */
  argument?: string | undefined;
  fromStdin?: boolean | undefined;
  /** Its name in messages, such as `key`. */
  name: string;
  /** A safer command, for messages. */
  example: string;
}

/**
 * A secret from an argument (with a warning), stdin, or a prompt without echo.
 * @returns undefined if no secret was given and there is no terminal.
 */
export async function readSecret(context: Context, source: SecretSource): Promise<string | undefined> {
  const { io } = context;
  const { argument, name, example } = source;
  if (argument !== undefined && argument !== '-') {
    if (source.fromStdin === true)
      throw usageError(`The ${name} was given twice: as an argument and on stdin.`);
    say(
      io,
      `Warning: the ${name} was given as an argument. Shells keep a history, and other users can see arguments of programs.`,
    );
    say(io, `  Safer: ${example}`);
    return nonEmpty(argument, source);
  }
  if (argument === '-' || source.fromStdin === true) return nonEmpty((await readStdin(io)).trim(), source);
  if (isTerminal(io.stdin) && isTerminal(io.stderr))
    return nonEmpty((await promptHidden(io, `${name[0]?.toUpperCase()}${name.slice(1)}: `)).trim(), source);
  return undefined;
}

function nonEmpty(text: string, { name, example }: SecretSource): string {
  if (text === '') throw usageError(`The ${name} is empty.`, { example });
  if (/\s/.test(text))
    throw usageError(`The ${name} must not contain white space: give one word on one line.`, { example });
  return text;
}

/** Runs before the key is sent. The message does not contain the key. @throws CliError */
export function refuseDamagedKey(text: string, where: string): void {
  if (readKeyText(text).form !== 'damaged') return;
  throw usageError(`The key ${where} is damaged: its checksum does not match. Nothing was sent.`, {
    hint: 'It is incomplete or mistyped. Copy the whole key again.',
  });
}
