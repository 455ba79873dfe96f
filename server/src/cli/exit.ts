/** What the command line ends with; the names are part of its contract. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notAuthenticated: 3,
  forbidden: 4,
  notFound: 5,
  limited: 6,
  unreachable: 7,
  configuration: 78,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that is told in words: what happened, how to solve it, an exact example. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly example: string | undefined;

  constructor(
    message: string,
    options: { exitCode?: ExitCode; hint?: string | undefined; example?: string | undefined } = {},
  ) {
    super(message);
    this.name = 'CliError';
    this.exitCode = options.exitCode ?? EXIT.failure;
    this.hint = options.hint;
    this.example = options.example;
  }
}

/** The command was given wrongly. */
export function usageError(message: string, options: { hint?: string; example?: string } = {}): CliError {
  return new CliError(message, { ...options, exitCode: EXIT.usage });
}
