import { Alert, Group, List, Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PageLink } from '../page/page-link.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { workersQuery } from '../workers/worker-queries.ts';
import type { Job } from './job-queries.ts';
import { JobState } from './job-state.tsx';
import { lacks, waitsFor } from './waiting-words.ts';
import { counted } from '../page/count-text.ts';

const NAMES_FRESH_MS = 60_000;

/** Its state, and its place in the queue. */
export const Queued = ({ job }: { job: Pick<Job, 'state' | 'queue_position' | 'eta_seconds'> }) => (
  <Group>
    <JobState state={job.state} />
    {job.queue_position !== null && <Text size="sm">{job.queue_position} in the queue</Text>}
    {job.eta_seconds !== null && <Text size="sm">about {Math.ceil(job.eta_seconds)} s to go</Text>}
  </Group>
);

type Waits = Pick<Job, 'waiting' | 'is_possible' | 'impossible_because'>;

/** Why it still waits, with the counts of the workers that cannot take it. */
export function Waiting({ job: { waiting, is_possible, impossible_because } }: { job: Waits }) {
  if (waiting === null) return null;
  const excluded = Object.entries(waiting.excluded);
  return (
    <Alert color={is_possible ? 'gray' : 'orange'} title={`It waits: ${waitsFor(waiting.reason)}`}>
      {waiting.workers_online > 0 && (
        <Text size="sm">{counted(waiting.workers_online, 'worker is', 'workers are')} online.</Text>
      )}
      {excluded.length > 0 && (
        <List size="sm">
          {excluded.map(([reason, count]) => (
            <List.Item key={reason}>
              {count} cannot take it: {lacks(reason)}
            </List.Item>
          ))}
        </List>
      )}
      {!is_possible && impossible_because.length > 0 && (
        <Text size="sm">
          {excluded.length === 0 && `${impossible_because.map(lacks).join('; ')}. `}
          It waits until a worker comes that can take it, or until it expires.
        </Text>
      )}
    </Alert>
  );
}

type Way = Pick<Job, 'requested_at' | 'started_at' | 'finished_at' | 'assigned_worker' | 'attempt'>;

/** When it was submitted, started and ended, and where it ran last. */
export function JobWay({
  job: { requested_at, started_at, finished_at, assigned_worker, attempt },
}: {
  job: Way;
}) {
  const done = finished_at !== null ? 2 : started_at !== null ? 1 : 0;
  return (
    <Timeline active={done} bulletSize={18} lineWidth={2}>
      <Timeline.Item title="Submitted">
        <Text size="sm">
          <Time at={requested_at} />
        </Text>
      </Timeline.Item>
      <Timeline.Item title="Started">
        <Text size="sm">
          <Time at={started_at} otherwise="not yet" />
        </Text>
        {started_at !== null && (
          <Text size="sm">
            Attempt {attempt}
            {assigned_worker !== null && (
              <>
                {' on '}
                <WorkerLink id={assigned_worker} />
              </>
            )}
          </Text>
        )}
      </Timeline.Item>
      <Timeline.Item title="Ended">
        <Text size="sm">
          <Time at={finished_at} otherwise="not yet" />
        </Text>
      </Timeline.Item>
    </Timeline>
  );
}

/** A worker by its name, with the way to its page for those who may see it. */
export function WorkerLink({ id, name }: { id: string; name?: string }) {
  const mayOpen = useMay()('workers:manage');
  const workers = useQuery({
    ...workersQuery,
    staleTime: NAMES_FRESH_MS,
    enabled: mayOpen && name === undefined,
  });
  const shown = name ?? workers.data?.rows.find(({ worker_id }) => worker_id === id)?.name ?? id;
  if (!mayOpen) return <>{shown}</>;
  return (
    <PageLink to="/workers/$id" params={{ id }} title={id}>
      {shown}
    </PageLink>
  );
}
