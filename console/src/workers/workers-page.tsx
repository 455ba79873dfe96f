import { Text } from '@mantine/core';
import { WorkerLink } from '../jobs/job-way.tsx';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { PageButton } from '../page/page-controls.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { gpusIn, modelsIn } from './capabilities.ts';
import { RemoveWorker } from './worker-actions.tsx';
import { useWorkers, type Worker } from './worker-queries.ts';
import { OwnerById } from '../owners/owner-by-id.tsx';
import { WorkerState } from './worker-state.tsx';

const NONE = { rows: [], isCut: false };

/** Machines that pull jobs. */
export function WorkersPage() {
  const may = useMay();
  const workers = useWorkers();
  const { rows, isCut } = workers.data ?? NONE;
  const add = may('workers:register') && <PageButton to="/workers/new">Add a worker</PageButton>;
  return (
    <Page
      title="Workers"
      description="Machines that pull jobs, with what they have and what they do."
      actions={add}
    >
      <List
        label="Workers"
        query={workers}
        rows={rows}
        columns={COLUMNS}
        rowId={({ worker_id }) => worker_id}
        emptyTitle="There is no worker"
      >
        <Text size="sm">
          Add one: you get the two commands to type on the machine with the GPU. It needs no open port.
        </Text>
        {add}
      </List>
      {isCut && (
        <Text size="sm" mt="sm">
          These are the {rows.length.toLocaleString()} that were heard of last. An administrator reads all of
          them: keyward admin miners --all
        </Text>
      )}
    </Page>
  );
}

const COLUMNS = columnsOf<Worker>(
  ['Name', ({ worker_id: id, name }) => <WorkerLink id={id} name={name} />],
  ['State', (worker) => <WorkerState worker={worker} />],
  ['Owner', ({ owner_id: id }) => <OwnerById id={id} />],
  ['Load', ({ jobs, concurrency }) => `${jobs} of ${concurrency}`],
  [
    'GPUs',
    ({ capabilities }) => (
      <Text size="sm" maw={240} truncate>
        {gpusIn(capabilities)}
      </Text>
    ),
  ],
  [
    'Models',
    ({ capabilities }) => (
      <Text size="sm" maw={240} truncate>
        {modelsIn(capabilities)}
      </Text>
    ),
  ],
  ['Last heard of', ({ seen_at }) => <Time at={seen_at} />],
  ['Booked until', ({ booked_until }) => <Time at={booked_until} otherwise="" />],
  ['Actions', (worker) => <RemoveWorker worker={worker} size="compact-sm" />],
);
