import type { components } from '@keyward/sdk';
import { Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useRows } from '../api/pages.ts';
import { JobState } from '../jobs/job-state.tsx';
import { WorkerLink } from '../jobs/job-way.tsx';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page, Section } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { State } from '../page/state.tsx';
import { Time } from '../page/time.tsx';
import { StepError } from '../workflows/step-error.tsx';
import { swarmQuery, swarmsQuery, tasksQuery, type SwarmRow, type TaskRow } from './swarm-queries.ts';

type Member = components['schemas']['SwarmMember'];

/** Groups of workers that answer one question together. */
export function SwarmPage() {
  const swarms = useQuery(swarmsQuery);
  return (
    <Page
      title="Swarm"
      description="Groups of workers that answer one question together: by vote, in parts, or the first one."
    >
      <List
        label="Swarms"
        query={swarms}
        rows={swarms.data?.rows ?? []}
        columns={SWARMS}
        rowId={({ swarm_id }) => swarm_id}
        emptyTitle="There is no swarm"
      >
        <Text size="sm">
          A worker joins one with <code>keyward swarm join</code>.
        </Text>
      </List>
      <Tasks />
      {swarms.data?.hasMore === true && (
        <Text size="sm">There are more swarms, or members of the last one, than are counted here.</Text>
      )}
      {swarms.data?.rows.map(({ swarm_id }) => (
        <Members key={swarm_id} id={swarm_id} />
      ))}
    </Page>
  );
}

function Tasks() {
  const tasks = useInfiniteQuery(tasksQuery);
  const rows = useRows(tasks.data);
  return (
    <Section title="Your tasks">
      <List
        label="Your tasks"
        query={tasks}
        rows={rows}
        columns={TASKS}
        rowId={({ task_id }) => task_id}
        emptyTitle="No task was given to a swarm yet"
      >
        <Text size="sm">
          <code>keyward swarm coordinate --task TEXT</code> gives one to each member.
        </Text>
      </List>
    </Section>
  );
}

function Members({ id }: { id: string }) {
  const members = useQuery(swarmQuery(id));
  return (
    <Section title={`Members of ${id}`}>
      <List
        label={`Members of ${id}`}
        query={members}
        rows={members.data ?? []}
        columns={MEMBERS}
        rowId={({ worker_id }) => worker_id}
        emptyTitle="It has no member"
      />
    </Section>
  );
}

const SWARMS = columnsOf<SwarmRow>(
  ['Swarm', ({ swarm_id }) => swarm_id],
  ['Members', ({ members, online }) => `${members}, ${online} online`],
  ['Capabilities', ({ capabilities }) => capabilities.join(', ')],
);

const TASKS = columnsOf<TaskRow>(
  [
    'Task',
    ({ task_id: id }) => (
      <PageLink to="/swarm/tasks/$id" params={{ id }}>
        {id}
      </PageLink>
    ),
  ],
  ['Swarm', ({ swarm_id }) => swarm_id],
  ['Strategy', ({ strategy }) => strategy],
  ['State', ({ state }) => <JobState state={state} />],
  ['Why', ({ error }) => <StepError error={error} />],
  ['Started', ({ created_at }) => <Time at={created_at} />],
  ['Ended', ({ finished_at }) => <Time at={finished_at} otherwise="" />],
);

const MEMBERS = columnsOf<Member>(
  ['Worker', ({ worker_id: id, name }) => <WorkerLink id={id} name={name} />],
  ['State', ({ state }) => <State tone={state === 'online' ? 'good' : 'idle'}>{state}</State>],
  ['Role', ({ role }) => role],
  ['Capability', ({ capability }) => capability],
  ['Priority', ({ priority }) => priority],
  ['Joined', ({ joined_at }) => <Time at={joined_at} />],
);
