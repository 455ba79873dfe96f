import { createInterface } from 'node:readline/promises';
import type { Context } from './command.ts';
import { usageError } from './exit.ts';
import { printFailure } from './failure.ts';
import { isTerminal, readStdin, say } from './io.ts';
import { isStructured, print, type OutputChoice } from './output.ts';

interface PromptChoice {
  prompt?: string | undefined;
  'key-stdin'?: boolean | undefined;
}

/**
 * The prompt: the argument, or stdin for `-` and without an argument.
 * @returns undefined on a terminal without a prompt: a conversation begins.
 * @throws CliError
 */
export async function promptOf(
  { prompt: given, 'key-stdin': isKeyOnStdin }: PromptChoice,
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

interface Prompting {
  prompt: string | undefined;
  /** First line of a conversation, such as `Talking to gpt-4o`. */
  greeting: string;
  /** Writes the answer as text, unless it is printed as a whole. @returns the result. */
  answer: (prompt: string, isWhole: boolean) => Promise<object>;
}

/** Answers the prompt; without a prompt, line after line until an empty line, the end of the input, or Ctrl-C. */
export async function answerPrompts(
  context: Context,
  choice: OutputChoice,
  { prompt, greeting, answer }: Prompting,
): Promise<void> {
  if (prompt === undefined) return converse(context, greeting, (line) => answer(line, false));
  const isWhole = isStructured(choice);
  const value = await answer(prompt, isWhole);
  if (isWhole) await print(context, choice, { value });
}

async function converse(
  { io }: Context,
  greeting: string,
  answer: (line: string) => Promise<object>,
): Promise<void> {
  say(io, `${greeting}; an empty line or Ctrl-D ends the conversation.`);
  const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: true });
  lines.on('SIGINT', () => lines.close());
  try {
    lines.setPrompt('> ');
    lines.prompt();
    for await (const line of lines) {
      if (line.trim() === '') break;
      try {
        await answer(line);
      } catch (error) {
        // One refused question, such as by a limit, does not end the conversation.
        await printFailure(io, error);
        if (io.interrupted.aborted) break;
      }
      lines.prompt();
    }
  } finally {
    lines.close();
  }
}
