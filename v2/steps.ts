/** A step that failed. The message says what; a log and the next step go with it. */
export class StepError extends Error {
  readonly log: string | undefined;
  readonly next: string | undefined;

  constructor(message: string, { log, next, cause }: { log?: string; next?: string; cause?: unknown } = {}) {
    super(message, { cause });
    this.log = log;
    this.next = next;
  }
}

const NAME_CHARACTERS = 18;

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
export const complain = (text: string): void => void process.stderr.write(`${text}\n`);

const interruption = new AbortController();

/** From now on a signal lets the step that runs fail. */
export function endOnSignals(): void {
  const error = new StepError('Interrupted. What this run had started was stopped again.');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interruption.abort(error));
}

/** @throws StepError after a signal */
export const refuseInterrupted = (): void => interruption.signal.throwIfAborted();

/** Does one step and prints its name, what came of it and how long it took. @throws StepError with the step's name */
export async function step(name: string, work: () => Promise<string>): Promise<void> {
  const beganMs = performance.now();
  try {
    refuseInterrupted();
    const outcome = await work();
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
    say(`  ${name.padEnd(NAME_CHARACTERS)} ${outcome} (${seconds} s)`);
  } catch (cause) {
    const { message } = cause as Error;
    const { log, next } = cause instanceof StepError ? cause : {};
    throw new StepError(`${name}: ${message}`, {
      cause,
      ...(log === undefined ? {} : { log }),
      ...(next === undefined ? {} : { next }),
    });
  }
}

/** Runs a command. A failure is printed with its log and the next step, and gives exit code 1. */
export async function run(command: string, work: () => Promise<void>): Promise<void> {
  // A reader that has gone, as in `make v2-up | head`, does not end the work.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    await work();
  } catch (error) {
    complain(`${command}: ${(error as Error).message}`);
    if (error instanceof StepError && error.log !== undefined) complain(`  Its log: ${error.log}`);
    if (error instanceof StepError && error.next !== undefined) complain(`  ${error.next}`);
    process.exitCode = 1;
  }
}
