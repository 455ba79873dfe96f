import { coversAll, decide, holdsScope, lackOf, selects, type Caller, type Scope } from '../access/index.ts';
import { jsonIn } from '../base/json-text.ts';
import type { JobRow } from './job.ts';
import type { Spec } from './spec.ts';

export interface Refusal {
  code: 'key_revoked' | 'insufficient_scope' | 'forbidden_resource';
  message: string;
}

export const KEY_ENDED: Refusal = {
  code: 'key_revoked',
  message: 'The key that submitted the job has ended.',
};

const MODEL_LOST: Refusal = {
  code: 'forbidden_resource',
  message: 'The key that submitted the job does not cover its model any more.',
};

/** A job with the model that a worker does it with, or with the models that its client named. */
interface Submitted extends Pick<JobRow, 'reader_until'> {
  models: readonly string[];
}

/**
 * Why a job has no effect any more: its key has ended, or could not submit it now. The job of a request to a model has the
 * rights of that request, and ends with it. Guarded by narrowed-jobs.test.ts.
 */
export function refusalOf(caller: Caller | undefined, job: Submitted): Refusal | undefined {
  if (caller === undefined) return KEY_ENDED;
  if (job.reader_until !== null) return undefined;
  if (!holdsScope(caller, 'jobs:submit'))
    return { code: 'insufficient_scope', message: lackOf(caller, 'jobs:submit') };
  return modelsBeyond(caller, job.models) ? MODEL_LOST : undefined;
}

/** Whether a key for some models would have another used, or leave the choice to a worker. */
function modelsBeyond(
  { selectors: { models: selector } }: Pick<Caller, 'selectors'>,
  models: readonly string[],
): boolean {
  return !coversAll(selector) && (models.length === 0 || !models.every((model) => selects(selector, model)));
}

/** @param spec of its lane, JSON. @returns the model that a worker does it with, otherwise those that its client named. */
export const modelsOfJob = ({ model }: Pick<JobRow, 'model'>, spec: string): readonly string[] =>
  model === null ? ((jsonIn(spec) as Spec | undefined)?.models ?? []) : [model];

/** Those that a key needs to hold leases. */
const WORKING = ['workers:poll', 'workers:report'] as const satisfies Scope[];

/** Of a worker's key. A look is no use of these scopes. */
export const missingToWork = (caller: Caller): Scope[] =>
  WORKING.filter((action) => !decide(caller, { action }).allowed);

/** Whether a worker of this key may hold leases. */
export const mayWork = (caller: Caller | undefined): boolean =>
  caller !== undefined && missingToWork(caller).length === 0;
