import { Alert, Code, Group, List, Skeleton, Stack, Text, Timeline, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { isOver, jobQuery, resultQuery, useCancelJob, type Job } from './job-queries.ts';
import { useJobOutput } from './job-output.ts';
import { JobState } from './job-state.tsx';
import { Receipt } from './receipt.tsx';

/** One job: where it stands and why, its output as it comes, its receipt. */
export function JobPage() {
  const { id } = useParams({ from: '/frame/jobs/$id' });
  const job = useQuery(jobQuery(id));
  if (job.data === undefined)
    return (
      <Page title="Job">
        {job.isPending && <Skeleton height={320} />}
        <Problem error={job.error} onRetry={() => void job.refetch()} />
      </Page>
    );
  return <OneJob key={id} job={job.data} />;
}

function OneJob({ job }: { job: Job }) {
  const { job_id: id, state, error } = job;
  const may = useMay();
  const cancel = useCancelJob(id);
  return (
    <Page
      title={id}
      actions={
        !isOver(job) &&
        may('jobs:cancel') && (
          <ConfirmButton label="Cancel the job" title="Cancel this job?" action={cancel}>
            <Text size="sm">Its worker stops within a second. What it has written so far stays here.</Text>
          </ConfirmButton>
        )
      }
    >
      <Group>
        <JobState state={state} />
        {job.queue_position !== null && <Text size="sm">{job.queue_position} in the queue</Text>}
        {job.eta_seconds !== null && <Text size="sm">about {Math.ceil(job.eta_seconds)} s to go</Text>}
      </Group>
      {error !== null && (
        <Alert color="red" title={error.code.replaceAll('_', ' ')}>
          {error.message}
        </Alert>
      )}
      <Waiting job={job} />
      <Steps job={job} />
      <Output id={id} />
      {isOver(job) && <Result id={id} />}
    </Page>
  );
}

/** Why it still waits, with the counts of the workers that cannot take it. */
function Waiting({ job: { waiting, is_possible, impossible_because } }: { job: Job }) {
  if (waiting === null) return null;
  const excluded = Object.entries(waiting.excluded);
  return (
    <Alert color={is_possible ? 'gray' : 'orange'} title={`It waits: ${waiting.reason.replaceAll('_', ' ')}`}>
      <Text size="sm">{waiting.workers_online} workers are online.</Text>
      {excluded.length > 0 && (
        <List size="sm">
          {excluded.map(([reason, count]) => (
            <List.Item key={reason}>
              {count} cannot take it: {reason.replaceAll('_', ' ')}
            </List.Item>
          ))}
        </List>
      )}
      {!is_possible && (
        <Text size="sm">
          No worker that is known here could: {impossible_because.join(', ').replaceAll('_', ' ')}.
        </Text>
      )}
    </Alert>
  );
}

function Steps({ job: { requested_at, started_at, finished_at, assigned_worker, attempt } }: { job: Job }) {
  const done = finished_at !== null ? 2 : started_at !== null ? 1 : 0;
  return (
    <Timeline active={done} bulletSize={18} lineWidth={2}>
      <Timeline.Item title="Submitted">
        <Time at={requested_at} />
      </Timeline.Item>
      <Timeline.Item title="Started">
        <Time at={started_at} otherwise="not yet" />
        {started_at !== null && (
          <Text size="sm">
            Attempt {attempt}
            {assigned_worker === null ? '' : ` on ${assigned_worker}`}
          </Text>
        )}
      </Timeline.Item>
      <Timeline.Item title="Ended">
        <Time at={finished_at} otherwise="not yet" />
      </Timeline.Item>
    </Timeline>
  );
}

function Output({ id }: { id: string }) {
  const queries = useQueryClient();
  const onEnd = useCallback(
    () => void queries.invalidateQueries({ queryKey: jobQuery(id).queryKey }),
    [queries, id],
  );
  const { text, error } = useJobOutput(id, onEnd);
  return (
    <Stack gap={4} component="section" aria-label="Output">
      <Problem error={error} />
      {text !== '' && (
        <>
          <Title order={2} size="h4">
            Output
          </Title>
          <Text aria-live="polite" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {text}
          </Text>
        </>
      )}
    </Stack>
  );
}

function Result({ id }: { id: string }) {
  const result = useQuery(resultQuery(id));
  return (
    <>
      <Problem error={result.error} />
      {result.data !== undefined && result.data.result !== null && (
        <Stack gap={4}>
          <Title order={2} size="h4">
            Result
          </Title>
          <Code
            block
            tabIndex={0}
            aria-label="Result"
            mah={400}
            style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
          >
            {typeof result.data.result === 'string'
              ? result.data.result
              : JSON.stringify(result.data.result, null, 2)}
          </Code>
        </Stack>
      )}
      {result.data?.receipt && <Receipt receipt={result.data.receipt} />}
    </>
  );
}
