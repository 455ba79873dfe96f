import { Progress, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { State, type Tone } from '../page/state.tsx';
import { Time } from '../page/time.tsx';
import { batchesQuery, useCancelBatch, type Batch } from './batch-queries.ts';

const SECOND_MS = 1_000;

const TONES: Record<Batch['status'], Tone> = {
  validating: 'busy',
  in_progress: 'busy',
  finalizing: 'busy',
  completed: 'good',
  failed: 'bad',
  expired: 'warning',
  cancelling: 'idle',
  cancelled: 'idle',
};

/** Many requests in one file. */
export function BatchesPage() {
  const batches = useInfiniteQuery(batchesQuery);
  const rows = useMemo(() => batches.data?.pages.flatMap(({ data }) => data) ?? [], [batches.data]);
  return (
    <Page title="Batches" description="Many requests in one file, run when there is room for them.">
      <List
        label="Batches"
        query={batches}
        rows={rows}
        columns={COLUMNS}
        rowId={({ id }) => id}
        emptyTitle="There is no batch"
      >
        <Text size="sm">
          <code>keyward client batch-submit requests.ndjson</code> makes one, as does the SDK of OpenAI.
        </Text>
      </List>
    </Page>
  );
}

const COLUMNS = columnsOf<Batch>(
  ['Batch', ({ id }) => id],
  ['State', ({ status }) => <State tone={TONES[status]}>{status.replaceAll('_', ' ')}</State>],
  ['Progress', (batch) => <BatchProgress batch={batch} />],
  ['Model', ({ model }) => model ?? 'several'],
  ['Made', ({ created_at }) => <Time at={created_at * SECOND_MS} />],
  ['Ends at the latest', ({ expires_at }) => <Time at={expires_at * SECOND_MS} />],
  ['Actions', (batch) => <CancelBatch batch={batch} />],
);

function BatchProgress({ batch: { id, request_counts } }: { batch: Batch }) {
  const { total, completed, failed } = request_counts;
  const text = `${completed} of ${total}${failed === 0 ? '' : `, ${failed} failed`}`;
  const percent = total === 0 ? 0 : ((completed + failed) / total) * 100;
  return (
    <>
      <Text size="sm">{text}</Text>
      <Progress value={percent} size="sm" w={140} aria-label={`Progress of ${id}: ${text}`} />
    </>
  );
}

const GOING_ON: readonly Batch['status'][] = ['validating', 'in_progress', 'finalizing'];

function CancelBatch({ batch: { id, status } }: { batch: Batch }) {
  const cancel = useCancelBatch(id);
  if (!GOING_ON.includes(status)) return null;
  return (
    <ConfirmButton
      size="compact-sm"
      label="Cancel"
      title={`Cancel ${id}?`}
      action={cancel}
      copyAs={{ operation: 'batches.cancel', path: { id }, cli: ['client', 'batch-cancel', id] }}
    >
      <Text size="sm">
        Requests that did not begin are not run. The answers so far stay in its output file.
      </Text>
    </ConfirmButton>
  );
}
