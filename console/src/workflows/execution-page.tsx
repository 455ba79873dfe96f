import { Alert, Group, Progress, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { JobState } from '../jobs/job-state.tsx';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import type { components } from '@keyward/sdk';
import { StepError } from './step-error.tsx';
import { executionQuery, useCancelExecution } from './workflow-queries.ts';
import { counted } from '../page/count-text.ts';

type Details = components['schemas']['ExecutionDetails'];

/** One execution with the state of each step. */
export function ExecutionPage() {
  const { id } = useParams({ from: '/frame/workflows/executions/$id' });
  const execution = useQuery(executionQuery(id));
  if (execution.data === undefined)
    return (
      <Page title="Execution">
        {execution.isPending && <Skeleton height={240} />}
        <Problem error={execution.error} onRetry={() => void execution.refetch()} />
      </Page>
    );
  return <OneExecution execution={execution.data} failure={execution.error} />;
}

function OneExecution({ execution, failure }: { execution: Details; failure: unknown }) {
  const { execution_id: id, workflow_name, state, error, progress, steps } = execution;
  const cancel = useCancelExecution(id);
  return (
    <Page
      title={workflow_name}
      description={id}
      actions={
        state === 'RUNNING' && (
          <ConfirmButton
            label="Cancel"
            title="Cancel this execution?"
            action={cancel}
            copyAs={{ operation: 'agents.cancel', path: { id }, cli: ['agent', 'cancel', id] }}
          >
            <Text size="sm">Its running jobs are canceled. Steps that did not begin are skipped.</Text>
          </ConfirmButton>
        )
      }
    >
      <Problem error={failure} />
      <Group>
        <JobState state={state} />
        <Text size="sm">
          {progress.over} of {counted(progress.total, 'step')} over
        </Text>
      </Group>
      <Progress
        value={progress.total === 0 ? 0 : (progress.over / progress.total) * 100}
        aria-label={`${progress.over} of ${counted(progress.total, 'step')} over`}
      />
      {error !== null && (
        <Alert color="red" title={error.code.replaceAll('_', ' ')}>
          {error.message}
        </Alert>
      )}
      <DataTable label="Steps" columns={STEPS} rows={steps} rowId={({ id: step }) => step} />
    </Page>
  );
}

const STEPS = columnsOf<Details['steps'][number]>(
  ['Step', ({ id }) => id],
  ['Type', ({ type }) => type],
  ['State', ({ state }) => <JobState state={state} />],
  [
    'Job',
    ({ job_id }) =>
      job_id !== null && (
        <PageLink to="/jobs/$id" params={{ id: job_id }}>
          {job_id}
        </PageLink>
      ),
  ],
  ['Why', ({ error }) => <StepError error={error} />],
  ['Started', ({ started_at }) => <Time at={started_at} otherwise="" />],
  ['Ended', ({ finished_at }) => <Time at={finished_at} otherwise="" />],
);
