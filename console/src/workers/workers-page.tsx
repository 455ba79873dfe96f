import { Badge, Text } from '@mantine/core';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { columnsOf } from '../page/data-table.tsx';
import { noticeDone } from '../page/done-notice.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { gpusIn, modelsIn } from './capabilities.ts';
import { useRemoveWorker, useWorkers, type Worker } from './worker-queries.ts';

/** Machines that pull jobs. */
export function WorkersPage() {
  const workers = useWorkers();
  return (
    <Page title="Workers" description="Machines that pull jobs, with what they have and what they do.">
      <List
        label="Workers"
        query={workers}
        rows={workers.data ?? []}
        columns={COLUMNS}
        rowId={({ worker_id }) => worker_id}
        emptyTitle="There is no worker"
      >
        <Text size="sm">
          Make a key that may run a worker, then type <code>keyward miner run</code> on the machine with the
          GPU.
        </Text>
        <PageLink to="/keys/new">Make the key</PageLink>
      </List>
    </Page>
  );
}

const COLORS = { online: 'green', draining: 'orange', resting: 'orange', offline: 'gray' } as const;

const COLUMNS = columnsOf<Worker>(
  ['Name', ({ name }) => name],
  [
    'State',
    ({ state }) => (
      <Badge variant="light" tt="none" color={COLORS[state]}>
        {state}
      </Badge>
    ),
  ],
  ['Load', ({ jobs, concurrency }) => `${jobs} of ${concurrency}`],
  ['GPUs', ({ capabilities }) => gpusIn(capabilities)],
  [
    'Models',
    ({ capabilities }) => (
      <Text size="sm" maw={240} truncate>
        {modelsIn(capabilities)}
      </Text>
    ),
  ],
  ['Seen', ({ seen_at }) => <Time at={seen_at} />],
  ['Booked until', ({ booked_until }) => <Time at={booked_until} otherwise="" />],
  ['Remove', (worker) => <RemoveWorker worker={worker} />],
);

function RemoveWorker({ worker: { worker_id: id, name } }: { worker: Worker }) {
  const may = useMay();
  const remove = useRemoveWorker(id);
  if (!may('workers:manage')) return null;
  const removal = {
    ...remove,
    mutateAsync: async () => {
      const { state, leases } = await remove.mutateAsync();
      const message = state === 'gone' ? 'It had no job.' : `It finishes ${leases} jobs first.`;
      noticeDone({ title: `${name} gets no more jobs`, message });
    },
  };
  return (
    <ConfirmButton size="compact-sm" label="Drain and remove" title={`Remove ${name}?`} action={removal}>
      <Text size="sm">
        It gets no more jobs, and finishes what it has. It comes back when it registers again.
      </Text>
    </ConfirmButton>
  );
}
