import { Type } from 'typebox';
import { isoTime } from '../../base/clock.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { jsonIn } from '../../base/json-text.ts';
import { linesOf } from '../../base/lines.ts';
import {
  failJob,
  FAIL_CODES,
  findOwnWorker,
  heartbeat,
  leaseLost,
  progressed,
  takeOwnJobs,
} from '../../jobs/index.ts';
import type { FailCode } from '../../jobs/index.ts';
import { parseJson } from '../../http/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { minerHeader, nameOf, processHeader, processOf } from './worker-name.ts';
import * as j from './schemas.ts';

const LEASE_TOKEN = 'x-lease-token';
const JOBS_MAX = 32;
const PIECE_MAX_BYTES = 1_048_576;
const PIECES_MAX = 1_000;
const CHUNKS_MAX_BYTES = 16 * 1_048_576;

/** A worker that may not report would keep each job until its lease is over. Guarded by revoked-workers.test.ts. */
export const MUST_REPORT = ['workers:report'] as const;

const jobParams = s.orderedIdParam('job');
const leaseBody = { lease_token: j.LeaseToken };
const progressBody = {
  progress: Type.Optional(
    Type.Unknown({
      description: 'How far the job is: any JSON value of up to 4 KiB, for those who follow it',
    }),
  ),
};
const FAIL_WORDS = Object.keys(FAIL_CODES) as [FailCode, ...FailCode[]];

const Lease = Type.Object(
  {
    job_id: Type.String(),
    state: s.oneOf(['active', 'cancel_requested', 'lost']),
    lease_expires_at: s.nullable(s.Time),
  },
  { title: 'WorkerLease' },
);

const JobsOfPoll = Type.Object({ jobs: Type.Array(j.WorkerJob) }, { title: 'WorkerJobs' });

export const workerJobRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/workers/poll',
    id: 'workers.poll',
    summary: 'Take jobs',
    description:
      'Waits until there is a job, or until the wait is over: 204, with the header X-Skipped, such as model=2, the kinds of waiting jobs that this worker cannot do. With max_jobs above 1 the answer is {"jobs": […]}.',
    access: 'workers:poll',
    alsoNeeds: MUST_REPORT,
    needsOnly: [],
    headers: minerHeader,
    body: Type.Object(
      {
        max_wait_seconds: Type.Optional(Type.Number({ minimum: 0, maximum: 30, description: 'Default: 15' })),
        max_jobs: Type.Optional(Type.Integer({ minimum: 1, maximum: JOBS_MAX, description: 'Default: 1' })),
      },
      { title: 'WorkerPoll', ...s.closed },
    ),
    bodyOptional: true,
    responses: { 200: Type.Union([j.WorkerJob, JobsOfPoll]), 204: null },
    errors: ['worker_not_found'],
    handler: async ({ jobs }, { caller, body, headers, waitSignal: signal }) => {
      const { max_wait_seconds: wait = 15, max_jobs: max = 1 } = body;
      const named = nameOf(headers, caller);
      const got = await takeOwnJobs(jobs, caller, { named, max, waitMs: wait * 1_000, signal });
      if (got.jobs.length === 0) {
        const skipped = [...got.skipped].map(([reason, count]) => `${reason}=${count}`).join(', ');
        return { status: 204, headers: skipped === '' ? {} : { 'x-skipped': skipped } };
      }
      const views = got.jobs.map((job) => ({
        job_id: job.id,
        attempt: job.attempt,
        lease_token: job.lease_token,
        lease_expires_at: isoTime(job.lease_until),
        type: job.type,
        payload: jsonIn(job.payload),
        constraints: jsonIn(job.constraints),
        model: job.model,
        run_timeout_seconds: job.run_timeout_ms / 1_000,
      }));
      return { status: 200, body: max === 1 ? views[0] : { jobs: views } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workers/heartbeat',
    id: 'workers.heartbeat',
    summary: 'Renew leases, and report progress',
    description: 'Where all of the leases are lost: 409.',
    access: 'workers:poll',
    alsoNeeds: MUST_REPORT,
    headers: { ...minerHeader, ...processHeader },
    body: Type.Object(
      {
        leases: Type.Optional(
          Type.Array(
            Type.Object({ job_id: jobParams.properties.id, ...leaseBody, ...progressBody }, s.closed),
            {
              maxItems: 1_000,
            },
          ),
        ),
        status: Type.Optional(
          s.oneOf(['online', 'draining'], { description: 'draining: gets no more jobs' }),
        ),
      },
      { title: 'WorkerHeartbeat', ...s.closed },
    ),
    bodyOptional: true,
    responses: {
      200: Type.Object(
        { leases: Type.Array(Lease), has_twin: j.Worker.properties.has_twin },
        { title: 'WorkerLeases' },
      ),
    },
    errors: ['worker_not_found', 'lease_lost'],
    handler: async ({ jobs }, { caller, body, headers }) => {
      const { leases = [], status } = body;
      const worker = await findOwnWorker(jobs, caller, nameOf(headers, caller));
      await progressed(jobs, worker.id, leases);
      const isDraining = status === 'draining';
      const said = { leases, isDraining, keyId: caller.keyId, process: processOf(headers) };
      const { leases: views, hasTwin } = await heartbeat(jobs, worker.id, said);
      const shown = views.map(({ lease_expires_at: at, ...view }) => ({
        ...view,
        lease_expires_at: isoTime(at),
      }));
      if (leases.length > 0 && views.every(({ state }) => state === 'lost'))
        throw leaseLost({ leases: shown });
      return { status: 200, body: { leases: shown, has_twin: hasTwin } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workers/:id/chunks',
    id: 'workers.chunks',
    summary: 'Report pieces of output',
    description: `NDJSON: up to ${PIECES_MAX} JSON values of ${PIECE_MAX_BYTES / 1_048_576} MiB each. All of them are stored, or none. With from, a repeat is stored once: pieces that are stored already are passed over, and a gap is 409 with expected.`,
    access: 'workers:report',
    params: jobParams,
    headers: { [LEASE_TOKEN]: 'The lease_token of the job' },
    query: Type.Object(
      {
        from: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 1_000_000_000,
            description:
              'Number of pieces of this attempt before the first one of these. Default: all so far',
          }),
        ),
      },
      s.closed,
    ),
    bodyKind: 'ndjson',
    body: Type.Object({}, { additionalProperties: true }),
    responses: { 202: Type.Object({ cancel_requested: Type.Boolean() }) },
    errors: ['lease_lost', 'too_large', 'conflict'],
    handler: async ({ jobs }, { caller, params: { id }, query: { from }, headers, stream }) => {
      const token = headers[LEASE_TOKEN];
      if (typeof token !== 'string' || !/^[0-9a-f]{32}$/.test(token))
        throw invalidField('X-Lease-Token', 'must be the lease_token of the job');
      const pieces = await piecesIn(stream);
      await jobs.outputs.add({ jobId: id, token, ownerId: caller.ownerId, from, pieces });
      return { status: 202, body: { cancel_requested: false } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workers/:id/fail',
    id: 'workers.fail',
    summary: 'Give a job back, with the reason',
    description:
      'model_missing and interrupted cost the job no attempt. oom and model_missing take this model from the worker until it registers again. upstream_error and internal count against the worker: it rests after failures of several jobs.',
    access: 'workers:report',
    params: jobParams,
    body: Type.Object(
      {
        ...leaseBody,
        error_code: s.oneOf(FAIL_WORDS),
        error_message: Type.Optional(Type.String({ maxLength: 10_000 })),
      },
      { title: 'WorkerFailure', ...s.closed },
    ),
    responses: { 200: Type.Object({ state: s.oneOf(['QUEUED', 'FAILED']) }) },
    errors: ['lease_lost', 'already_finished'],
    handler: async ({ jobs }, { caller, params: { id }, body }) => ({
      status: 200,
      body: await failJob(jobs, caller, id, body),
    }),
  }),
];

/** @throws KeywardError `invalid_input` naming the line, `too_large` */
async function piecesIn(stream: AsyncIterable<Buffer>): Promise<string[]> {
  const pieces: string[] = [];
  let bytes = 0;
  // Empty lines count too: a sender looks for the number in what it sent.
  let number = 0;
  for await (const line of linesOf(stream, PIECE_MAX_BYTES)) {
    number++;
    bytes += line.bytes.length;
    if (line.isCut || bytes > CHUNKS_MAX_BYTES || pieces.length >= PIECES_MAX)
      throw new KeywardError(
        'too_large',
        `Send up to ${PIECES_MAX} pieces at a time, of 1 MiB each, 16 MiB together.`,
      );
    if (line.bytes.toString('latin1').trim() === '') continue;
    if (!line.hasEnd && jsonIn(line.bytes.toString()) === undefined) throw badLine(number);
    try {
      pieces.push(JSON.stringify(parseJson(line.bytes, { refuseNul: true })));
    } catch {
      throw badLine(number);
    }
  }
  return pieces;
}

const badLine = (line: number): KeywardError =>
  invalidField(`line ${line}`, 'is not JSON', 'Send one JSON value a line. Nothing was stored.');
