import { KeywardError, type ErrorCode } from '../../base/errors.ts';
import { reportable } from '../embedding/embed-document.ts';
import { ModelRefusal } from '../embedding/embedding-answer.ts';

/**
 * What keeps a document from being embedded. `model`: no document can be embedded now; `budget`: none of its key; `refusal`:
 * the model refused this one, and may take it later; `document`: it is likely to refuse it again; `power`: the key may not
 * embed it at all.
 */
export interface Obstacle {
  kind: 'model' | 'budget' | 'refusal' | 'document' | 'power';
  /** For everybody who sees the document: without budgets and models of the key. */
  reason: string;
  /** When its budget renews. */
  retryAfterMs?: number;
}

const OF_MODEL = new Set<ErrorCode>([
  'not_ready',
  'upstream_unavailable',
  'upstream_timeout',
  'rate_limited',
  'queue_full',
]);
const OF_POWER = new Set<ErrorCode>(['forbidden_resource', 'model_unpriced', 'budget_too_small']);
/** Of the bytes that were sent: bad, too large, not understood. */
const OF_DOCUMENT = new Set([400, 411, 413, 415, 422]);
const NOT_OURS = new Set<ErrorCode>([
  'storage_unavailable',
  'internal',
  'key_revoked',
  'session_ended',
  'request_stopped',
  'not_found',
]);

/** @returns undefined for a fault of this server, for a request that was ended, and for a document that is gone. */
export function obstacleOf(error: unknown, model: string): Obstacle | undefined {
  if (!(error instanceof KeywardError) || NOT_OURS.has(error.code)) return undefined;
  const { code, extras } = error;
  if (extras.cause instanceof ModelRefusal)
    return {
      kind: OF_DOCUMENT.has(extras.cause.status) ? 'document' : 'refusal',
      reason: reportable(error),
    };
  if (code === 'model_not_found') return { kind: 'model', reason: noModel(model) };
  if (OF_MODEL.has(code)) return { kind: 'model', reason: reportable(error) };
  if (code === 'budget_exceeded' || renewsAt(error) !== undefined)
    return { kind: 'budget', reason: NO_BUDGET, ...retryAfter(error) };
  if (OF_POWER.has(code)) return { kind: 'power', reason: POWER[code] ?? NO_BUDGET };
  return { kind: 'document', reason: reportable(error) };
}

const NO_BUDGET = 'A budget of the key that put it there does not suffice.';
const POWER: Partial<Record<ErrorCode, string>> = {
  forbidden_resource: 'The key that put it there does not cover the embedding model.',
  model_unpriced: 'The embedding model has no price, and the key that put it there has a budget in USD.',
  budget_too_small: 'It needs more than the whole budget of the key that put it there.',
};

const noModel = (model: string): string =>
  `No model ${JSON.stringify(model.slice(0, 100))} can be reached. Add an upstream that has it, or choose another embedding model.`;

/** Of a budget that is large enough once it renews. */
function renewsAt({ code, extras }: KeywardError): number | undefined {
  const at = code === 'budget_too_small' ? extras.details?.['renews_at'] : undefined;
  return typeof at === 'string' ? Date.parse(at) : undefined;
}

function retryAfter({ extras }: KeywardError): { retryAfterMs?: number } {
  const seconds = Number(extras.headers?.['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {};
}
