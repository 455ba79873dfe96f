import { Type } from 'typebox';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import * as j from './schemas.ts';

const RESULTS_MAX = 100;
/** Of all results of one request; a larger one goes alone. */
const RESULTS_MAX_MIB = 16;
const MIB = 1_024 * 1_024;

const jobParams = s.orderedIdParam('job');

const resultMembers = {
  lease_token: j.LeaseToken,
  result: Type.Unknown({
    description: '{"output": …, "usage": {"prompt_tokens": …, "completion_tokens": …}}, or an OpenAI answer',
  }),
  metrics: Type.Optional(
    Type.Object(
      {
        gpu_seconds: Type.Optional(Type.Number({ minimum: 0, maximum: 1e9 })),
        tokens_per_second: Type.Optional(Type.Number({ minimum: 0 })),
        model_digest: Type.Optional(Type.String({ maxLength: 200 })),
      },
      { additionalProperties: true },
    ),
  ),
};

const Outcome = Type.Object({
  job_id: Type.String(),
  outcome: s.oneOf(['completed', 'refused'], { description: 'refused: nothing was changed' }),
  receipt: s.nullable(j.Receipt, { description: 'null: it was refused, or is not wanted in this answer' }),
  error: s.nullable(
    Type.Object({
      status: Type.Integer({ description: 'Of the answer that this result alone would get' }),
      code: Type.String({ description: 'lease_lost, already_finished or too_large' }),
      detail: Type.String(),
      hint: s.nullable(Type.String()),
    }),
  ),
});

/** RFC 7240. A server that does not know it sends the receipts: no worker needs to ask which one it has. */
const PREFER = 'prefer';
const MINIMAL = /(?:^|[,;\s])return\s*=\s*"?minimal"?(?:$|[,;\s])/i;

const preferHeader = {
  [PREFER]:
    'return=minimal: an answer without receipts. They are signed when somebody reads them, which spares the server half of the work of a small result',
};

const applied = { 'preference-applied': 'return=minimal' };

/** Of a header that is unknown or malformed nothing is refused: a preference is a wish (RFC 7240, section 2). */
const isMinimal = (headers: Record<string, unknown>): boolean => {
  const wish = headers[PREFER];
  return typeof wish === 'string' && MINIMAL.test(wish);
};

export const workerResultRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/workers/results',
    id: 'workers.results',
    summary: 'Report the results of several jobs',
    description: `Up to ${RESULTS_MAX} results, ${RESULTS_MAX_MIB} MiB together; a larger one goes alone. Each is decided on its own, as if it were reported alone: the answer has the outcome of each, in their order. Another answer than 200 says nothing about single results: a repeat of all of them gives the same receipts. It counts as one request, and each refused result as another.`,
    access: 'workers:report',
    body: Type.Object(
      {
        results: Type.Array(Type.Object({ job_id: jobParams.properties.id, ...resultMembers }, s.closed), {
          minItems: 1,
          maxItems: RESULTS_MAX,
        }),
      },
      { title: 'WorkerResults', ...s.closed },
    ),
    headers: preferHeader,
    bodyMaxBytes: RESULTS_MAX_MIB * MIB,
    responses: { 200: Type.Object({ results: Type.Array(Outcome) }, { title: 'WorkerOutcomes' }) },
    errors: ['too_large'],
    handler: async ({ jobs, counters }, { caller, body: { results }, headers }) => {
      const isReceiptWanted = !isMinimal(headers);
      const outcomes = await jobs.completions.completeEach(caller, { results, isReceiptWanted });
      const { keyId, ownerId } = caller;
      for (const { error } of outcomes)
        if (error !== null) counters.count({ keyId, ownerId, code: error.code });
      return {
        status: 200,
        headers: isReceiptWanted ? {} : applied,
        body: {
          results: outcomes.map(({ job_id, receipt, error }) => ({
            job_id,
            outcome: error === null ? 'completed' : 'refused',
            receipt,
            error: error && {
              status: error.status,
              code: error.code,
              detail: error.message,
              hint: error.extras.hint ?? null,
            },
          })),
        },
      };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workers/:id/result',
    id: 'workers.result',
    summary: 'Report the result of a job',
    description: 'A repeat with the same token and result answers 200 with the same receipt.',
    access: 'workers:report',
    params: jobParams,
    body: Type.Object(resultMembers, { title: 'WorkerResult', ...s.closed }),
    headers: preferHeader,
    bodyMaxBytes: 1_100 * MIB,
    responses: {
      200: Type.Object(
        { receipt: s.nullable(j.Receipt, { description: 'null: it is not wanted in this answer' }) },
        { title: 'WorkerReceipt' },
      ),
    },
    errors: ['lease_lost', 'already_finished', 'too_large'],
    handler: async ({ jobs }, { caller, params: { id }, body, headers }) => {
      const isReceiptWanted = !isMinimal(headers);
      const receipt = await jobs.completions.complete(caller, id, { ...body, isReceiptWanted });
      return { status: 200, headers: isReceiptWanted ? {} : applied, body: { receipt } };
    },
  }),
];
