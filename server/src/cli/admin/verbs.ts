import { unwrap, type components } from '@keyward/sdk';
import { fields, membersText, tableOf, type Columns } from '../output.ts';
import { ownerIdIn } from '../owners.ts';
import { given, pastTime } from '../parse.ts';
import { pagedList, request } from '../request.ts';

type Schemas = components['schemas'];

const NEEDS = 'Needs the scope workers:manage, which of the roles only the administrator has.';

export const stats = request({
  args: {},
  examples: ['admin stats', 'admin stats --output yaml'],
  notes: NEEDS,
  send: (client) => unwrap(client.GET('/v1/admin/stats')),
  table: ({ jobs, workers, durations: { wait_seconds: wait, run_seconds: run }, ...rest }) =>
    [
      'jobs: queued and running now, the others in the last 24 h',
      membersText(jobs),
      '',
      'workers',
      membersText(workers),
      '',
      membersText({
        'oldest queued, s': rest.oldest_queued_seconds,
        'wait p50, s': wait.p50,
        'wait p95, s': wait.p95,
        'run p50, s': run.p50,
        'run p95, s': run.p95,
      }),
    ].join('\n'),
});

export const status = request({
  args: {},
  examples: ['admin status'],
  notes: NEEDS,
  send: (client) => unwrap(client.GET('/v1/admin/status')),
  after: ({ status: state }) => (state === 'ready' ? 0 : 1),
});

export const history = request({
  args: {
    from: { type: 'string', description: 'Start: a time, or an age such as 7d. Default: 1d' },
    step: { type: 'enum', options: ['hour', 'day'], description: 'Length of a step. Default: hour' },
  },
  examples: ['admin history', 'admin history --from 30d --step day'],
  notes: `The highest counts within each step. ${NEEDS}`,
  isList: true,
  parse: ({ from, step }) => given({ from: pastTime('from', from), step }),
  send: (client, query) => unwrap(client.GET('/v1/admin/queue-history', { params: { query } })),
  table: ({ items }) => tableOf(items, fields('start', 'jobs_queued', 'jobs_running', 'workers_online')),
});

const JOBS: Columns<Schemas['AdminJob']> = {
  id: ({ job_id }) => job_id,
  owner: ({ owner_id }) => owner_id,
  ...fields('type', 'state', 'attempt'),
  worker: ({ assigned_worker }) => assigned_worker,
  error: ({ error_code }) => error_code,
  requested: ({ requested_at }) => requested_at,
};

const STATES: string[] = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED'];

export const jobs = pagedList({
  args: {
    state: { type: 'enum', options: STATES, description: 'Only jobs in this state' },
    owner: { type: 'string', description: 'Only jobs of this owner (id or name)' },
    type: { type: 'string', description: 'Only jobs of this type' },
    from: { type: 'string', description: 'Only jobs since this time, or this age such as 7d' },
  },
  examples: ['admin jobs', 'admin jobs --state FAILED --from 1d --all'],
  notes: `It shows no payloads and no results. ${NEEDS}`,
  columns: JOBS,
  parse: ({ state, owner, type, from }) =>
    given({
      state: state as Schemas['AdminJob']['state'] | undefined,
      owner,
      type,
      from: pastTime('from', from),
    }),
  open: async (client, { owner: named, ...filter }) => {
    const ids = given({ owner: await ownerIdIn(client, named) });
    return (query) =>
      unwrap(client.GET('/v1/admin/jobs', { params: { query: { ...filter, ...ids, ...query } } }));
  },
});

export const job = request({
  args: { job: { type: 'positional', description: 'Id of the job', required: true } },
  examples: ['admin job job_0mh8gx3k04fT9aBcDeF12'],
  notes: `With its attempts, its receipt, and why it waits. It shows no payload and no result. ${NEEDS}`,
  parse: ({ job: id }) => id,
  send: (client, id) => unwrap(client.GET('/v1/admin/jobs/{id}', { params: { path: { id } } })),
});

const WORKERS: Columns<Schemas['AdminWorker']> = {
  id: ({ worker_id }) => worker_id,
  ...fields('name', 'state'),
  owner: ({ owner_id }) => owner_id,
  jobs: ({ jobs: held, concurrency }) => `${held}/${concurrency}`,
  ...fields('region'),
  'booked until': ({ booked_until }) => booked_until,
  seen: ({ seen_at }) => seen_at,
};

export const miners = pagedList({
  args: {},
  examples: ['admin miners', 'admin miners --all --output json'],
  notes: NEEDS,
  columns: WORKERS,
  open: (client) => (query) => unwrap(client.GET('/v1/admin/miners', { params: { query } })),
});

export const miner = request({
  args: { worker: { type: 'positional', description: 'Id of the worker', required: true } },
  examples: ['admin miner wrk_4fT9aBcDeF12'],
  notes: `With the jobs that it has, and those that it had last. ${NEEDS}`,
  parse: ({ worker: id }) => id,
  send: (client, id) => unwrap(client.GET('/v1/admin/miners/{id}', { params: { path: { id } } })),
});
