import { setTimeout as sleep } from 'node:timers/promises';
import type { components, KeywardClient } from '@keyward/sdk';
import type { Context } from '../command.ts';
import { cell } from '../output.ts';
import type { Progress } from '../progress.ts';
import { findWorkspace } from '../workspaces/workspace.ts';

/** For all documents of a command together: the first fetch of the weights takes minutes. */
const WAIT_MAX_MS = 15 * 60_000;
const LOOK_MS = 1_000;

type Waits = Pick<components['schemas']['PendingDocument'], 'status' | 'reason' | 'soon'>;

/** `embedded`, or the state of a document whose vectors are not there. */
export type Embedding = { status: 'embedded' } | Waits;

/** Waits for the vectors of documents while the embedding model is on its way. */
export class PendingWait {
  readonly #client: KeywardClient;
  readonly #context: Context;
  readonly #progress: Progress;
  readonly #endsMs = performance.now() + WAIT_MAX_MS;

  constructor(client: KeywardClient, context: Context, progress: Progress) {
    this.#client = client;
    this.#context = context;
    this.#progress = progress;
  }

  /** @returns the state of the first of them that is not embedded; `embedded` where all are. */
  async until(
    workspace: string,
    { title, locations }: { title: string; locations: readonly string[] },
  ): Promise<Embedding> {
    for (;;) {
      const { documents } = await findWorkspace(this.#client, workspace);
      const waits = documents
        .filter(({ docpath }) => locations.includes(docpath))
        .flatMap(({ notEmbedded }) => notEmbedded ?? []);
      const [first] = waits;
      if (first === undefined) return { status: 'embedded' };
      if (!waits.some(({ soon }) => soon) || performance.now() > this.#endsMs) return first;
      this.#progress.say(
        `Waiting until ${cell(title)} is embedded. ${cell(first.reason.replace(/\.$/, ''))}`,
      );
      await sleep(LOOK_MS, undefined, { signal: this.#context.io.interrupted });
    }
  }
}

/** Below a table; nothing where the vectors are there. */
export const notEmbeddedLine = (location: string, waits: Waits | undefined): string[] =>
  waits === undefined ? [] : [`${cell(location)} is ${waits.status}: ${cell(waits.reason)}`];
