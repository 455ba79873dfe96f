import { Alert, Code, Skeleton, Text } from '@mantine/core';
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { Page, Section } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { useMay } from '../session/session-queries.ts';
import { isOver, jobQuery, resultQuery, useCancelJob, type Job } from './job-queries.ts';
import { useJobOutput } from './job-output.ts';
import { JobWay, Queued, Waiting } from './job-way.tsx';
import { Receipt } from './receipt.tsx';

/** One job: where it stands and why, its output as it comes, its receipt. */
export function JobPage() {
  const { id } = useParams({ from: '/frame/jobs/$id' });
  const job = useQuery(jobQuery(id));
  if (job.data === undefined) return <LoadingJob query={job} />;
  return <OneJob key={id} job={job.data} failure={job.error} />;
}

type Loading = Pick<UseQueryResult, 'isPending' | 'error' | 'refetch'>;

export const LoadingJob = ({ query }: { query: Loading }) => (
  <Page title="Job">
    {query.isPending && <Skeleton height={320} />}
    <Problem error={query.error} onRetry={() => void query.refetch()} />
  </Page>
);

function OneJob({ job, failure }: { job: Job; failure: unknown }) {
  const { job_id: id, error } = job;
  const may = useMay();
  const cancel = useCancelJob(id);
  return (
    <Page
      title={id}
      actions={
        !isOver(job) &&
        may('jobs:cancel') && (
          <ConfirmButton
            label="Cancel the job"
            title="Cancel this job?"
            action={cancel}
            copyAs={{ operation: 'jobs.cancel', path: { id }, cli: ['client', 'cancel', id] }}
          >
            <Text size="sm">Its worker stops within a second. What it has written so far stays here.</Text>
          </ConfirmButton>
        )
      }
    >
      <Problem error={failure} />
      <Queued job={job} />
      {error !== null && (
        <Alert color="red" title={error.code.replaceAll('_', ' ')}>
          {error.message}
        </Alert>
      )}
      <Waiting job={job} />
      <JobWay job={job} />
      <Output id={id} />
      {isOver(job) && <Result id={id} />}
    </Page>
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
    <>
      <Problem error={error} />
      {text !== '' && (
        <Section title="Output">
          <Text aria-live="polite" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {text}
          </Text>
        </Section>
      )}
    </>
  );
}

function Result({ id }: { id: string }) {
  const result = useQuery(resultQuery(id));
  return (
    <>
      <Problem error={result.error} />
      {result.data !== undefined && result.data.result !== null && (
        <Section title="Result">
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
        </Section>
      )}
      {result.data?.receipt && <Receipt receipt={result.data.receipt} />}
    </>
  );
}
