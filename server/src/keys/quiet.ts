import { KeywardError } from '../base/errors.ts';
import type { KeysContext } from './context.ts';
import { changeEverywhere } from './context.ts';
import { OVERLAP_MAX_SECONDS } from './key.ts';
import { endQuietSecret, quietSecrets } from './store/key-store.ts';
import type { QuietPlace, QuietSecret } from './store/key-store.ts';

const EVERY_MS = 5_000;
/** Hardly ever there are more; a sweep looks at so many, and the next one goes on there. */
const SECRETS_PER_SWEEP = 5_000;
/** A use is in the database a second later; other nodes' too. */
const USE_WRITTEN_MS = 3_000;

/** Ends old secrets that nobody has used for their quiet time. Every node looks; the first one ends it. */
export class QuietSweeper {
  readonly #context: KeysContext;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #started = false;
  #after: QuietPlace | undefined;

  constructor(context: KeysContext) {
    this.#context = context;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** One after the other: a sweep that waits for a node that hangs is not overtaken by the next. */
  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.sweep()
        .catch((error: unknown) =>
          this.#context.logger.warn({ err: error }, 'the search for quiet secrets failed'),
        )
        .then(() => {
          if (this.#started) this.#schedule();
        });
    }, EVERY_MS).unref();
  }

  async sweep(): Promise<void> {
    const { storage, clock } = this.#context;
    const nowMs = clock.nowMs() - USE_WRITTEN_MS;
    const overlapMaxMs = OVERLAP_MAX_SECONDS * 1000;
    const page = { nowMs, overlapMaxMs, rows: SECRETS_PER_SWEEP, after: this.#after };
    const { quiet, next } = await quietSecrets(storage.db, page);
    this.#after = next;
    for (const secret of quiet) {
      await this.#end(secret).catch((error: unknown) => {
        if (!(error instanceof KeywardError) || error.code !== 'conflict') throw error;
      });
    }
  }

  async #end(secret: QuietSecret): Promise<void> {
    const { key_id } = secret;
    await changeEverywhere(this.#context, { kind: 'system' }, async (tx) => {
      if (!(await endQuietSecret(tx, secret, this.#context.clock.nowMs())))
        throw new KeywardError('conflict', 'The secret was used or ended in the meantime.');
      return {
        result: undefined,
        entry: {
          action: 'keys.end_secret',
          target: key_id,
          outcome: 'ok',
          details: { secret: secret.id, quiet: true },
        },
        change: { kind: 'key', subject: key_id },
      };
    });
  }
}
