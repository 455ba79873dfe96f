/** Repeated work; its timer does not keep the process running. */
export class Every {
  readonly #intervalMs: number;
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  /** @param work never rejects. */
  constructor(intervalMs: number, work: () => Promise<void>) {
    this.#intervalMs = intervalMs;
    this.#work = work;
  }

  /** Idempotent. */
  start(): void {
    this.#timer ??= setInterval(() => void this.run(), this.#intervalMs).unref();
  }

  /** One run at a time: while the database is away they must not queue. */
  run(): Promise<void> {
    return (this.#running ??= this.#work().finally(() => (this.#running = undefined)));
  }

  /** Resolves when the current run has ended. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }
}
