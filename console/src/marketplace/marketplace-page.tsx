import { Button, NumberInput, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { WorkerLink } from '../jobs/job-way.tsx';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { columnsOf } from '../page/data-table.tsx';
import { noticeFailure } from '../page/done-notice.tsx';
import { List } from '../page/list.tsx';
import { useRows } from '../api/pages.ts';
import { Page } from '../page/page.tsx';
import { State, type Tone } from '../page/state.tsx';
import { Time } from '../page/time.tsx';
import { useMay, useSession } from '../session/session-queries.ts';
import { OwnerById } from '../owners/owner-by-id.tsx';
import { gpusQuery, useBooking, type Gpu } from './marketplace-queries.ts';

const MIB_IN_GIB = 1_024;
const TONES: Partial<Record<Gpu['state'], Tone>> = { online: 'good', booked: 'busy' };

/** GPUs that can be booked, and the bookings. */
export function MarketplacePage() {
  const gpus = useInfiniteQuery(gpusQuery);
  const rows = useRows(gpus.data);
  return (
    <Page
      title="Marketplace"
      description="GPUs that their owners offer. While one is booked, only jobs of its guest run there."
    >
      <List
        label="GPUs"
        query={gpus}
        rows={rows}
        columns={COLUMNS}
        rowId={({ gpu_id }) => gpu_id}
        emptyTitle="Nobody offers a GPU"
      >
        <Text size="sm">
          The owner of a worker offers its GPUs with <code>keyward marketplace gpu register</code>.
        </Text>
      </List>
    </Page>
  );
}

const COLUMNS = columnsOf<Gpu>(
  ['GPU', ({ model, gpus }) => (gpus === 1 ? model : `${gpus} × ${model}`)],
  ['Worker', ({ worker_id: id }) => <WorkerLink id={id} />],
  ['Memory', ({ memory_mb }) => `${Math.round(memory_mb / MIB_IN_GIB)} GiB`],
  ['State', ({ state }) => <State tone={TONES[state] ?? 'idle'}>{state}</State>],
  [
    'Models',
    ({ models }) => (
      <Text size="sm" maw={240} truncate>
        {models.join(', ')}
      </Text>
    ),
  ],
  ['Region', ({ region }) => region ?? ''],
  ['USD an hour', ({ price_per_hour }) => price_per_hour ?? 'not said'],
  ['Booked until', ({ booked_until }) => <Time at={booked_until} otherwise="" />],
  ['Booked by', (gpu) => <BookedBy gpu={gpu} />],
  ['Actions', (gpu) => <Booking gpu={gpu} />],
);

/** The server says it to the booker and to administrators only. */
function BookedBy({ gpu: { booked_by: id } }: { gpu: Gpu }) {
  const { owner_id } = useSession();
  if (id === null) return null;
  return id === owner_id ? <>you</> : <OwnerById id={id} />;
}

function Booking({ gpu: { gpu_id: id, model, is_bookable, booked_by, state } }: { gpu: Gpu }) {
  const { owner_id } = useSession();
  const may = useMay();
  const [hours, setHours] = useState(1);
  const { book, release } = useBooking(id);
  if (!may('marketplace:book')) return null;
  if (booked_by !== null && booked_by !== owner_id)
    return (
      <ConfirmButton
        // The open question about one of the two must not become the other one, when somebody books meanwhile.
        key="release"
        size="compact-sm"
        label="Release"
        title={`Release ${model}?`}
        action={release}
        copyAs={{
          operation: 'marketplace.release',
          path: { id },
          cli: ['marketplace', 'gpu', 'release', id],
        }}
      >
        <Text size="sm">It is the booking of another owner. Others get jobs there again.</Text>
      </ConfirmButton>
    );
  if (booked_by === owner_id)
    return (
      <Button
        size="compact-sm"
        variant="default"
        loading={release.isPending}
        onClick={() =>
          release.mutate(undefined, { onError: (error) => noticeFailure('The booking stays', error) })
        }
      >
        Release
      </Button>
    );
  if (!is_bookable || state !== 'online') return null;
  return (
    <ConfirmButton
      key="book"
      size="compact-sm"
      label="Book"
      title={`Book ${model}?`}
      action={{ ...book, mutateAsync: () => book.mutateAsync(hours) }}
      copyAs={{
        operation: 'marketplace.book',
        path: { id },
        body: { duration_hours: hours },
        cli: ['marketplace', 'gpu', 'book', id, '--hours', String(hours)],
      }}
    >
      <NumberInput
        label="Hours"
        min={1}
        max={168}
        value={hours}
        onChange={(value) => setHours(Number(value))}
      />
    </ConfirmButton>
  );
}
