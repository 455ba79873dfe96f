import { createInterface } from 'node:readline/promises';
import { CliError, EXIT, usageError } from '../exit.ts';
import { isTerminal, type Io } from '../io.ts';

export const YES_ARG = {
  type: 'boolean',
  description: 'Do it without a question. Required without a terminal, such as in a script',
} as const;

export const canAsk = ({ stdin, stderr }: Io): boolean => isTerminal(stdin) && isTerminal(stderr);

/** Asks on the terminal; anything but a yes is a no. */
export async function isConfirmed({ stdin, stderr, interrupted }: Io, question: string): Promise<boolean> {
  const asking = createInterface({ input: stdin, output: stderr });
  // The end of the input is no yes.
  const ended = new Promise<string>((resolve) => void asking.once('close', () => resolve('')));
  try {
    const typed = asking.question(`${question} [y/N] `, { signal: interrupted });
    return /^y(es)?$/i.test((await Promise.race([typed, ended])).trim());
  } finally {
    asking.close();
  }
}

/** @throws CliError where the answer is no, or where nobody can be asked: a script says --yes. */
export async function confirm(io: Io, question: string): Promise<void> {
  if (!canAsk(io))
    throw usageError('Without a terminal this needs --yes. Nothing was done.', {
      hint: `It would ask: ${question}`,
    });
  if (!(await isConfirmed(io, question))) throw new CliError('Nothing was done.', { exitCode: EXIT.failure });
}
