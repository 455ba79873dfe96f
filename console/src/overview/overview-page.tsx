import { SegmentedControl, Skeleton } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../page/page.tsx';
import { useMay } from '../session/session-queries.ts';
import { Attention, useIsAttentionKnown } from './attention.tsx';
import { QueueTiles } from './queue-tiles.tsx';
import { UsageOverview } from './usage-overview.tsx';
import type { Range } from './routes.ts';

const LABELS = [
  { value: 'day', label: '24 hours' },
  { value: 'week', label: '7 days' },
  { value: 'month', label: '30 days' },
];

/** What happens here, and what needs attention today. */
export function OverviewPage() {
  const { range = 'day' } = useSearch({ from: '/frame/' });
  const navigate = useNavigate({ from: '/' });
  const may = useMay();
  const isKnown = useIsAttentionKnown();
  return (
    <Page
      title="Overview"
      actions={
        may('usage:read') && (
          <SegmentedControl
            aria-label="Period"
            data={LABELS}
            value={range}
            onChange={(value) => void navigate({ search: { range: value as Range }, replace: true })}
          />
        )
      }
    >
      {isKnown ? <Known range={range} /> : <Skeleton height={480} />}
    </Page>
  );
}

function Known({ range }: { range: Range }) {
  const may = useMay();
  return (
    <>
      <Attention />
      {may('usage:read') && <UsageOverview range={range} />}
      {may('workers:manage') && <QueueTiles />}
    </>
  );
}
