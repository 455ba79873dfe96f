import { createInterface } from 'node:readline/promises';
import type { Io } from './io.ts';
import { tellFailure } from './failure.ts';

/** Asks and answers in turn, until an empty line, the end of the input, or Ctrl-C. */
export async function converse(io: Io, answer: (text: string) => Promise<unknown>): Promise<void> {
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
        await tellFailure(io, error);
        if (io.interrupted.aborted) break;
      }
      lines.prompt();
    }
  } finally {
    lines.close();
  }
}
