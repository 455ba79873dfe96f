import type { Migration } from '../storage/index.ts';

/**
 * Times in ms since 1970. The indexes hold only the jobs that they are for: finished jobs, by far the most, cost the queue
 * nothing.
 */
export const jobsMigrations: Migration[] = [
  {
    id: 'jobs-1',
    statements: () => [
      `create table job_lanes (
        id bigint primary key,
        owner_id text not null,
        priority integer not null,
        hash text not null,
        spec text not null,
        used_at bigint not null,
        unique (owner_id, priority, hash)
      )`,
      `create table jobs (
        id text primary key,
        owner_id text not null,
        key_id text not null,
        type text not null,
        state text not null,
        lane bigint not null references job_lanes (id),
        priority integer not null,
        requested_at bigint not null,
        queued_at bigint not null,
        held_until bigint not null,
        expires_at bigint not null,
        run_timeout_ms bigint not null,
        started_at bigint,
        finished_at bigint,
        attempt integer not null,
        spent integer not null,
        max_attempts integer not null,
        recovery text not null,
        worker_id text,
        model text,
        lease_token text,
        lease_until bigint,
        deadline_at bigint,
        output_seq bigint not null,
        output_bytes bigint not null,
        progress text,
        error_code text,
        error_message text,
        metadata text not null,
        idempotency_key text,
        request_hash text,
        webhook_url text,
        result_hash text,
        deleted_at bigint
      )`,
      `create index jobs_queue on jobs (lane, queued_at, id) where state = 'QUEUED' and held_until = 0`,
      `create index jobs_held on jobs (held_until) where state = 'QUEUED' and held_until > 0`,
      `create index jobs_waiting on jobs (expires_at) where state = 'QUEUED'`,
      `create index jobs_queued_of_owner on jobs (owner_id) where state = 'QUEUED'`,
      `create index jobs_leases on jobs (lease_until) where state = 'RUNNING'`,
      `create index jobs_of_worker on jobs (worker_id) where state = 'RUNNING'`,
      `create index jobs_canceled on jobs (worker_id, finished_at) where state = 'CANCELED'`,
      `create index jobs_of_key on jobs (key_id) where state in ('QUEUED', 'RUNNING')`,
      `create index jobs_of_owner on jobs (owner_id, requested_at, id)`,
      `create index jobs_in_order on jobs (requested_at, id)`,
      `create index jobs_of_lane on jobs (lane)`,
      `create index jobs_finished on jobs (finished_at) where finished_at is not null`,
      `create unique index jobs_idempotency on jobs (owner_id, idempotency_key)
        where idempotency_key is not null`,
    ],
  },
  {
    id: 'jobs-2',
    statements: () => [
      // Apart from the row: it changes often, and each change writes it whole.
      `create table job_payloads (
        job_id text primary key references jobs (id) on delete cascade,
        payload text not null
      )`,
      `create table job_results (
        job_id text primary key references jobs (id) on delete cascade,
        result text not null
      )`,
      `create table job_output (
        job_id text not null references jobs (id) on delete cascade,
        seq bigint not null,
        attempt integer not null,
        piece text not null,
        primary key (job_id, seq)
      )`,
      // The usage of each lease that ended: it outlives the job.
      `create table job_attempts (
        job_id text not null,
        attempt integer not null,
        worker_id text not null,
        worker_owner_id text not null,
        started_at bigint not null,
        ended_at bigint not null,
        outcome text not null,
        error_code text,
        model text,
        model_digest text,
        tokens_in bigint not null,
        tokens_out bigint not null,
        gpu_ms_claimed bigint not null,
        gpu_ms_measured bigint not null,
        primary key (job_id, attempt)
      )`,
      `create index job_attempts_of_worker on job_attempts (worker_id, ended_at)`,
      `create table workers (
        id text primary key,
        owner_id text not null,
        key_id text not null,
        name text not null,
        revision bigint not null,
        capabilities text not null,
        concurrency integer not null,
        region text,
        price_nano bigint,
        protocol integer not null,
        is_draining integer not null,
        is_leaving integer not null,
        rests_until bigint not null,
        rests integer not null,
        missing_models text not null,
        registered_at bigint not null,
        seen_at bigint not null,
        unique (owner_id, name)
      )`,
      `create index workers_seen on workers (seen_at)`,
    ],
  },
  {
    id: 'jobs-3',
    statements: () => [
      `create table job_webhooks (
        job_id text primary key references jobs (id) on delete cascade,
        owner_id text not null,
        url text not null,
        tries integer not null,
        next_at bigint not null
      )`,
      `create index job_webhooks_due on job_webhooks (next_at)`,
      `create table job_webhook_secrets (
        owner_id text primary key,
        sealed text not null
      )`,
    ],
  },
  {
    id: 'jobs-readers',
    statements: () => [
      `alter table jobs add column reader_until bigint`,
      `create index jobs_readers on jobs (reader_until) where reader_until > 0`,
    ],
  },
  {
    // What a key may do counts when its jobs start: all jobs of a lane are of one key. Its `hash` names the key too.
    id: 'jobs-lanes-of-keys',
    statements: () => [`alter table job_lanes add column key_id text not null default ''`],
  },
  {
    // `away_at`: when it last fell silent for longer than a server that is there.
    id: 'jobs-servers',
    statements: () => [
      `create table job_servers (id text primary key, seen_at bigint not null, away_at bigint)`,
    ],
  },
  {
    // Models for which work waits without a worker. `next_at`: when that is reported; null: it was.
    id: 'jobs-waiting',
    statements: () => [
      `create table job_waiting (
        models text primary key,
        id text not null,
        since bigint not null,
        tries integer not null,
        next_at bigint
      )`,
    ],
  },
  {
    // Each index that a claim or a result changes costs it. One that is not named here has its query in store/.
    id: 'jobs-fewer-indexes',
    statements: () => [
      // Held jobs too: it counts the waiting jobs of an owner, lane by lane.
      `drop index jobs_queued_of_owner`,
      `drop index jobs_queue`,
      `create index jobs_queue on jobs (lane, held_until, queued_at, id) where state = 'QUEUED'`,
      // Few jobs run: whose lease is over is found in all of them.
      `drop index jobs_leases`,
      `drop index jobs_of_worker`,
      `create index jobs_running on jobs (worker_id, lease_until, deadline_at) where state = 'RUNNING'`,
      // A claim does not change it, as it does not say the state.
      `drop index jobs_of_key`,
      `create index jobs_of_key on jobs (key_id) where finished_at is null`,
      `drop index job_attempts_of_worker`,
      // Jobs that failed on a worker since its last success.
      `create table worker_marks (
        worker_id text not null references workers (id) on delete cascade,
        job_id text not null,
        marked_at bigint not null,
        primary key (worker_id, job_id)
      )`,
    ],
  },
  {
    // `process`: the program that registered it last, by the word that it sends. `twin_seen_at`: the last word of another one.
    id: 'jobs-paused-workers',
    statements: () => [
      'alter table workers add column paused_at bigint',
      'alter table workers add column process text',
      'alter table workers add column twin_seen_at bigint not null default 0',
    ],
  },
  {
    // The highest counts of each hour.
    id: 'jobs-hours',
    statements: () => [
      `create table job_hours (
        hour bigint primary key,
        queued bigint not null,
        running bigint not null,
        workers bigint not null
      )`,
    ],
  },
  {
    // What counts for a lease is noted when it begins: who asked for it, and what the worker costs.
    id: 'jobs-lease-terms',
    statements: () => [
      'alter table jobs add column lease_key text',
      'alter table jobs add column lease_price_nano bigint',
      'alter table jobs add column lease_gpus integer',
      `create table lost_leases (
        worker_id text not null,
        job_id text not null,
        attempt integer not null,
        lost_at bigint not null,
        primary key (worker_id, job_id, attempt)
      )`,
    ],
  },
];
