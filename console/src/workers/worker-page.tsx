import { Box, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useNavigateHere } from '../app/navigate-here.ts';
import type { ReactNode } from 'react';
import { JobState } from '../jobs/job-state.tsx';
import { CopyAs } from '../page/copy-as.tsx';
import { columnsOf, DataTable, type Column } from '../page/data-table.tsx';
import { LabelledBar } from '../page/labelled-bar.tsx';
import { Page, Section } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { eachGpu, eachModel, type Model } from './capabilities.ts';
import { PauseWorker, RemoveWorker } from './worker-actions.tsx';
import { WorkerFacts } from './worker-facts.tsx';
import { WorkerHistory } from './worker-history.tsx';
import { WorkerNotes } from './worker-notes.tsx';
import { workerQuery, type WorkerDetails } from './worker-queries.ts';
import { WorkerState } from './worker-state.tsx';
import { counted } from '../page/count-text.ts';

/** One worker: what it has, what it does, and what was done to it. */
export function WorkerPage() {
  const { id } = useParams({ from: '/frame/workers/$id' });
  const worker = useQuery(workerQuery(id));
  if (worker.data !== undefined) return <OneWorker worker={worker.data} error={worker.error} />;
  return (
    <Page title="Worker">
      <Problem error={worker.error} onRetry={() => void worker.refetch()} />
      {worker.isPending && <Skeleton height={320} role="status" aria-label="Loading the worker" />}
    </Page>
  );
}

function OneWorker({ worker, error }: { worker: WorkerDetails; error: unknown }) {
  const { worker_id: id, name, state, jobs, concurrency, paused_at } = worker;
  const navigate = useNavigateHere();
  const may = useMay();
  const verb = paused_at === null ? 'pause' : 'resume';
  return (
    <Page
      title={name}
      description={
        <Group gap="xs" component="span">
          <WorkerState worker={worker} />
          <Text span size="sm">
            last heard of <Time at={worker.seen_at} />
          </Text>
        </Group>
      }
      actions={
        <>
          <PauseWorker worker={worker} />
          <RemoveWorker worker={worker} onRemoved={() => void navigate({ to: '/workers' })} />
          <CopyAs operation={`workers.${verb}`} path={{ id }} cli={['miner', verb, id]} />
        </>
      }
    >
      <Problem error={error} />
      <WorkerNotes worker={worker} />
      {state !== 'offline' && (
        <Box maw={480}>
          <LabelledBar label="Load" used={jobs} of={concurrency} textOf={(of) => counted(of, 'job')} />
        </Box>
      )}
      <Machine worker={worker} />
      <JobsOf title="Jobs in hand" rows={worker.running} empty="It has no job." />
      <JobsOf
        title="Jobs before"
        rows={worker.ended}
        empty="None among the 2,000 that ended last on any worker."
      />
      <WorkerFacts worker={worker} />
      {may('audit:read') && <WorkerHistory id={id} />}
    </Page>
  );
}

function Machine({ worker: { capabilities, missing_models: missing } }: { worker: WorkerDetails }) {
  const gpus = eachGpu(capabilities).map((gpu, place) => ({ ...gpu, place }));
  const models = eachModel(capabilities);
  return (
    <>
      <Rows
        title="GPUs"
        rows={gpus}
        columns={GPUS}
        rowId={({ place }) => String(place)}
        empty="It reports none: it serves with the processor."
      />
      <Rows
        title="Models"
        rows={models.map((model) => ({ ...model, isMissing: missing.includes(model.name) }))}
        columns={MODELS}
        rowId={({ name }) => name}
        empty="It names none, so it gets jobs that name none."
      />
    </>
  );
}

const JobsOf = ({ title, rows, empty }: { title: string; rows: WorkerDetails['running']; empty: string }) => (
  <Rows title={title} rows={rows} columns={JOBS} rowId={({ job_id: id }) => id} empty={empty} />
);

interface RowsProps<Row extends object> {
  title: string;
  rows: readonly Row[];
  columns: Column<Row>[];
  rowId: (row: Row) => string;
  /** Said where there are no rows. */
  empty: ReactNode;
}

const Rows = <Row extends object>({ title, rows, columns, rowId, empty }: RowsProps<Row>) => (
  <Section title={title}>
    {rows.length === 0 ? (
      <Text size="sm" c="dimmed">
        {empty}
      </Text>
    ) : (
      <DataTable label={title} columns={columns} rows={rows} rowId={rowId} />
    )}
  </Section>
);

const GPUS = columnsOf<ReturnType<typeof eachGpu>[number] & { place: number }>(
  ['Place', ({ place }) => place],
  ['Name', ({ name }) => name],
  ['Memory', ({ memory }) => memory],
  ['CUDA', ({ cuda }) => cuda],
);

const loadedText = ({ isLoaded, isMissing }: Model & { isMissing: boolean }): string => {
  if (isMissing) return 'turned out to be missing';
  return isLoaded === undefined ? 'not said' : isLoaded ? 'in memory' : 'on disk';
};

const MODELS = columnsOf<Model & { isMissing: boolean }>(
  ['Model', ({ name }) => name],
  ['Loaded', loadedText],
  ['Context', ({ context }) => context?.toLocaleString() ?? ''],
  ['Quantization', ({ quantization }) => quantization],
);

const JOBS = columnsOf<WorkerDetails['running'][number]>(
  [
    'Job',
    ({ job_id: id }) => (
      <PageLink to="/jobs/$id" params={{ id }}>
        {id}
      </PageLink>
    ),
  ],
  [
    'State',
    ({ state, error_code: code }) => (
      <Group gap={4} wrap="nowrap">
        <JobState state={state} />
        {code?.replaceAll('_', ' ')}
      </Group>
    ),
  ],
  ['Attempt', ({ attempt, max_attempts: max }) => `${attempt} of ${max}`],
  ['Started', ({ started_at: at }) => <Time at={at} otherwise="" />],
  ['Ended', ({ finished_at: at }) => <Time at={at} otherwise="" />],
);
