import { KeywardError } from '../base/errors.ts';
import { Every } from '../base/every.ts';
import type { KeysContext } from './context.ts';
import { OVERLAP_MAX_SECONDS } from './key.ts';
import { endQuietSecret, quietSecrets, type QuietPlace, type QuietSecret } from './store/quiet-store.ts';

const EVERY_MS = 5_000;
/** The next sweep continues after these. */
const SECRETS_PER_SWEEP = 5_000;
/** A use on any node is in the database by then. */
const USE_WRITTEN_MS = 3_000;

/** Ends old secrets that were not used for their quiet time. Every node looks. */
export class QuietSweeper {
  readonly #context: KeysContext;
  readonly #sweeps = new Every(EVERY_MS, () =>
    this.sweep().catch((error: unknown) =>
      this.#context.logger.warn({ err: error }, 'quiet secrets could not be looked for'),
    ),
  );
  #after: QuietPlace | undefined;

  constructor(context: KeysContext) {
    this.#context = context;
  }

  start(): void {
    this.#sweeps.start();
  }

  stop(): Promise<void> {
    return this.#sweeps.stop();
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
    await this.#context.audit.changeEverywhere({ kind: 'system' }, async (tx) => {
      if (!(await endQuietSecret(tx, secret, this.#context.clock.nowMs())))
        throw new KeywardError('conflict', 'The secret was used or ended in the meantime.');
      return {
        result: undefined,
        entry: {
          action: 'keys.end_secret',
          target: key_id,
          details: { secret: secret.id, quiet: true },
        },
        change: { kind: 'key', subject: key_id },
      };
    });
  }
}
