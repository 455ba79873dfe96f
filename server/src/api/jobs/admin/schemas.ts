import { Type } from 'typebox';
import { JOB_STATES } from '../../../jobs/index.ts';
import * as s from '../../schemas.ts';
import * as j from '../schemas.ts';

/* Shapes of jobs and workers as administrators see them. */

export const AdminJob = Type.Object(
  {
    job_id: Type.String(),
    owner_id: Type.String({ description: 'Owner of the job' }),
    type: Type.String(),
    state: s.oneOf(JOB_STATES),
    requested_at: s.Time,
    started_at: s.nullable(s.Time),
    finished_at: s.nullable(s.Time),
    expires_at: s.Time,
    attempt: Type.Integer({ description: 'Number of workers that have had the job so far' }),
    max_attempts: Type.Integer(),
    priority: Type.Integer({ description: '9: first, among jobs of the same owner' }),
    assigned_worker: s.nullable(Type.String()),
    error_code: s.nullable(Type.String(), { description: 'Why it failed; null: it did not' }),
  },
  { title: 'AdminJob' },
);

export const AdminWorker = Type.Object(
  {
    ...j.Worker.properties,
    booked_by: s.nullable(Type.String(), { description: 'The owner who has booked it; null: nobody' }),
  },
  { title: 'AdminWorker' },
);

const { queue_position, eta_seconds, waiting, is_possible, impossible_because } = j.Job.properties;

const Attempt = Type.Object({
  attempt: Type.Integer(),
  worker_id: Type.String(),
  outcome: s.oneOf(['completed', 'failed', 'lease_lost', 'timed_out', 'canceled']),
  error_code: s.nullable(Type.String()),
  started_at: s.Time,
  ended_at: s.Time,
});

export const AdminJobDetails = Type.Object(
  {
    ...AdminJob.properties,
    queue_position,
    eta_seconds,
    waiting,
    is_possible,
    impossible_because,
    key_id: Type.String({ description: 'Of the key or the person that submitted it' }),
    run_timeout_seconds: Type.Number({ description: 'How long an attempt may take' }),
    attempts: Type.Array(Attempt, { description: 'Those that have ended' }),
    receipt: s.nullable(j.Receipt, { description: 'null: it is not over, or no worker had it' }),
  },
  { title: 'AdminJobDetails' },
);

export const AdminWorkerDetails = Type.Object(
  {
    ...AdminWorker.properties,
    key_id: Type.String({ description: 'Of the key that registered it last' }),
    protocol: Type.Integer({ description: 'Version of the protocol of workers that it speaks' }),
    rests_until: s.nullable(s.Time, {
      description: 'Gets no jobs until then, after failures; null: it gets them',
    }),
    missing_models: Type.Array(Type.String(), {
      description: 'Models that it turned out not to have: it gets no jobs for them until it registers again',
    }),
    running: Type.Array(AdminJob, { description: 'Jobs that it works on: 20 at most' }),
    ended: Type.Array(AdminJob, {
      description:
        'The jobs that it had last, newest first: 20 at most, of the 2,000 that ended last on any worker',
    }),
  },
  { title: 'AdminWorkerDetails' },
);
