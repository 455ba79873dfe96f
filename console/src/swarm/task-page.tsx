import { Alert, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { JobState } from '../jobs/job-state.tsx';
import { WorkerLink } from '../jobs/job-way.tsx';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Page, Section } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { StepError } from '../workflows/step-error.tsx';
import { taskQuery, type Task } from './swarm-queries.ts';
import { counted } from '../page/count-text.ts';

/** A task of a swarm: what each member has answered, and what is made of it. */
export function TaskPage() {
  const { id } = useParams({ from: '/frame/swarm/tasks/$id' });
  const task = useQuery(taskQuery(id));
  if (task.data !== undefined) return <OneTask task={task.data} error={task.error} />;
  return (
    <Page title="Task">
      {task.isPending && <Skeleton height={240} />}
      <Problem error={task.error} onRetry={() => void task.refetch()} />
    </Page>
  );
}

function OneTask({ task, error }: { task: Task; error: unknown }) {
  const { task_id: id, swarm_id, strategy, state, error: failure, members, finished_at } = task;
  const over = members.filter((member) => member.state === 'COMPLETED').length;
  return (
    <Page title={id} description={`${strategy} in the swarm ${swarm_id}`}>
      <Problem error={error} />
      <Group>
        <JobState state={state} />
        <Text size="sm">
          {over} of {counted(members.length, 'member')} answered
        </Text>
        <Text size="sm">
          Ended: <Time at={finished_at} otherwise="not yet" />
        </Text>
      </Group>
      {failure !== null && (
        <Alert color="red" title={failure.code.replaceAll('_', ' ')}>
          {failure.message}
        </Alert>
      )}
      <Result task={task} />
      <DataTable label="Members" columns={MEMBERS} rows={members} rowId={({ worker_id }) => worker_id} />
    </Page>
  );
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2);

function Result({ task: { result, is_reached, agreement, reason } }: { task: Task }) {
  return (
    <Section
      title="Result"
      note={is_reached ? `${Math.round(agreement * 100)} % of the members agree.` : reason}
    >
      {is_reached && (
        <Text style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{textOf(result)}</Text>
      )}
    </Section>
  );
}

const MEMBERS = columnsOf<Task['members'][number]>(
  ['Worker', ({ worker_id: id, name }) => <WorkerLink id={id} name={name} />],
  ['State', ({ state }) => <JobState state={state} />],
  ['Now', ({ presence }) => presence],
  [
    'Job',
    ({ job_id: id }) =>
      id !== null && (
        <PageLink to="/jobs/$id" params={{ id }}>
          {id}
        </PageLink>
      ),
  ],
  ['Why', ({ error }) => <StepError error={error} />],
);
