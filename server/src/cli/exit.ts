/** The exit codes are part of the contract of the command line. */
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

/** A failure with its message, a hint and an example. */
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

export function usageError(message: string, options: { hint?: string; example?: string } = {}): CliError {
  return new CliError(message, { ...options, exitCode: EXIT.usage });
}
