import { KeywardError } from '../base/errors.ts';
import type { Models } from '../models/index.ts';

export const READINESS = ['ready', 'waiting', 'none'] as const;

/** Whether the next question in a workspace can have an answer. */
export interface Readiness {
  /** `waiting`: not now, but without anybody's doing it may soon. `none`: somebody has to do something. */
  state: (typeof READINESS)[number];
  /** The model that would answer; null: none was found. */
  model: string | null;
  /** Why none would now. */
  reason: string | null;
  /** What to do. */
  hint: string | null;
}

/** @param error of the choice of the model, or of the model. @throws errors that say nothing about models */
export async function readinessAfter(
  models: Pick<Models, 'coming'>,
  { error, model }: { error: unknown; model: string | null },
): Promise<Readiness> {
  if (!(error instanceof KeywardError) || !ABOUT_MODELS.has(error.code)) throw error;
  const { message, extras } = error;
  const isLocal = error.code === 'not_ready' && model !== null;
  const coming = isLocal ? await models.coming(model) : undefined;
  const isWaiting = coming !== undefined || error.code === 'upstream_unavailable';
  // A model that is on its way needs no next step.
  const hint = coming === undefined ? (extras.hint ?? null) : null;
  return { state: isWaiting ? 'waiting' : 'none', model, reason: coming ?? message, hint };
}

const ABOUT_MODELS: ReadonlySet<string> = new Set([
  'model_not_found',
  'model_unpriced',
  'forbidden_resource',
  'upstream_unavailable',
  'not_ready',
]);
