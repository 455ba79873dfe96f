import { setTimeout as sleep } from 'node:timers/promises';
import type { Attached, Kept } from '../attach.ts';
import type { RetrievalContext } from '../context.ts';
import { currentRecipe } from '../embedding/recipe.ts';
import { outstanding, type Wanted } from './pending-store.ts';
import type { PendingWorker } from './worker.ts';

/** Less than the minute that proxies wait for an answer. */
export const WAIT_MAX_MS = 30_000;
const LOOK_MS = 200;

/** A document that is in a collection and has no vectors there. */
export interface NotEmbedded {
  documentId: string;
  collectionId: number;
  /** `failed`: it is not tried again by itself. */
  status: 'pending' | 'failed';
  /** Safe for all who see the document. */
  reason: string;
  /** Nothing is known to prevent it: the model is on its way, or embeds others. */
  isSoon: boolean;
}

const IN_TURN = 'It waits for its turn.';
const IN_WORK = 'It is being embedded.';
const FAILED = 'It could not be embedded.';

export async function notEmbedded(
  { storage, settings, models, clock }: RetrievalContext,
  wanted: Wanted,
): Promise<NotEmbedded[]> {
  const found = await outstanding(storage.db, wanted);
  if (found.length === 0) return [];
  const coming = await models.coming((await currentRecipe(settings)).model);
  const nowMs = clock.nowMs();
  return found.map(({ isFailed, reason, heldUntil, ...place }): NotEmbedded => {
    if (isFailed) return { ...place, status: 'failed', reason: reason ?? FAILED, isSoon: false };
    const free = coming ?? (heldUntil > nowMs ? IN_WORK : IN_TURN);
    return { ...place, status: 'pending', reason: reason ?? free, isSoon: reason === null };
  });
}

interface Waiting {
  worker: PendingWorker;
  collectionId: number;
  waitMaxMs: number;
  /** Aborted when this server stops. */
  stopping: AbortSignal;
}

/** Waits, within limits, while the model is on its way, so that the answer can say that the documents are there. */
export async function afterWaiting(
  context: RetrievalContext,
  done: Attached,
  waiting: Waiting,
): Promise<Attached> {
  if (!done.pending.some(({ isSoon }) => isSoon)) return done;
  await untilTried(context, waiting);
  const documentIds = done.pending.map(({ documentId }) => documentId);
  const left = new Map<string, NotEmbedded>();
  for (const one of await notEmbedded(context, { documentIds }))
    if (one.collectionId === waiting.collectionId) left.set(one.documentId, one);
  const pending = done.pending.flatMap((kept): Kept[] => {
    const now = left.get(kept.documentId);
    if (now === undefined) return [];
    const { reason, status, isSoon } = now;
    return [{ ...kept, reason, isSoon, isFailed: status === 'failed' }];
  });
  const waits = new Set(pending.map(({ location }) => location));
  const embedded = done.pending.filter(({ location }) => !waits.has(location));
  return { ...done, attached: [...done.attached, ...embedded.map(({ location }) => location)], pending };
}

async function untilTried(
  { models, settings, clock }: RetrievalContext,
  { worker, waitMaxMs, stopping }: Waiting,
): Promise<void> {
  const { model } = await currentRecipe(settings);
  const endsMs = clock.monotonicMs() + waitMaxMs;
  const restMs = (): number => Math.max(0, endsMs - clock.monotonicMs());
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping }).catch(() => undefined);
  while (restMs() > 0 && !stopping.aborted && (await models.coming(model)) !== undefined)
    await pause(Math.min(LOOK_MS, restMs()));
  await Promise.race([worker.look(), pause(restMs())]);
}
