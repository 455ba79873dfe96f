import type { Migration } from '../storage/index.ts';

/** Times in ms since 1970. `holder`, `until_at`, `fence`: the lease of the process that advances an execution. */
export const agentsMigrations: Migration[] = [
  {
    id: 'agents-1',
    statements: () => [
      `create table agent_workflows (
        id text primary key,
        owner_id text not null,
        name text not null,
        description text not null,
        steps text not null,
        workspaces text not null,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create index agent_workflows_of_owner on agent_workflows (owner_id, created_at, id)`,
      `create table agent_executions (
        id text primary key,
        kind text not null,
        owner_id text not null,
        key_id text not null,
        workflow_id text,
        name text not null,
        workspaces text not null,
        inputs text not null,
        swarm text,
        state text not null,
        ending text,
        error_code text,
        error_message text,
        created_at bigint not null,
        deadline_at bigint,
        finished_at bigint,
        holder text not null,
        until_at bigint not null,
        fence bigint not null
      )`,
      `create index agent_executions_of_owner on agent_executions (owner_id, kind, created_at, id)`,
      `create index agent_executions_running on agent_executions (until_at) where state = 'RUNNING'`,
      `create index agent_executions_finished on agent_executions (finished_at)
        where finished_at is not null`,
      `create table agent_steps (
        execution_id text not null references agent_executions (id) on delete cascade,
        place integer not null,
        step_id text not null,
        definition text not null,
        state text not null,
        job_id text,
        attempts integer not null,
        retry_at bigint not null,
        output text,
        error_code text,
        error_message text,
        started_at bigint,
        finished_at bigint,
        primary key (execution_id, place)
      )`,
    ],
  },
  {
    id: 'agents-2',
    statements: () => [
      `create table agent_log (
        execution_id text not null references agent_executions (id) on delete cascade,
        seq bigint not null,
        at bigint not null,
        step_id text,
        event text not null,
        message text not null,
        primary key (execution_id, seq)
      )`,
      `create table swarm_members (
        swarm_id text not null,
        worker_id text not null,
        owner_id text not null,
        role text not null,
        capability text not null,
        region text,
        priority integer not null,
        joined_at bigint not null,
        primary key (swarm_id, worker_id)
      )`,
      `create index swarm_members_of_worker on swarm_members (worker_id)`,
    ],
  },
  {
    // '': a worker that joined before; it stays until it leaves.
    id: 'agents-keys-of-members',
    statements: () => [`alter table swarm_members add column key_id text not null default ''`],
  },
];
