import { SegmentedControl, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../page/page.tsx';
import { useMay } from '../session/session-queries.ts';
import { Attention } from './attention.tsx';
import { FirstSteps } from './first-steps.tsx';
import { isNewQuery } from './overview-queries.ts';
import classes from './overview.module.css';
import { QueuePlots } from './queue-plots.tsx';
import type { Range } from './routes.ts';
import { UsagePlots } from './usage-plots.tsx';
import { useAttention } from './use-attention.ts';
import { YourWorkspaces } from './your-workspaces.tsx';

const LABELS: { value: Range; label: string }[] = [
  { value: 'day', label: '24 hours' },
  { value: 'week', label: '7 days' },
  { value: 'month', label: '30 days' },
];

/** What happens here, and what needs attention today. */
export function OverviewPage() {
  const may = useMay();
  // On a phone the plots stand below what needs attention, and would be pushed down by it.
  const isNew = useQuery({ ...isNewQuery, enabled: may('keys:write') });
  const isKnown = useAttention().isKnown && !isNew.isLoading;
  const hasPlots = may('usage:read') || may('workers:manage');
  const hasConcerns = may('keys:read') || may('models:manage') || may('workers:manage');
  return (
    <Page title="Overview" actions={hasPlots && <Period />}>
      {!hasPlots && !hasConcerns && may('workspaces:read') && <YourWorkspaces />}
      <div className={classes['page']}>
        {hasConcerns && (
          <Stack className={classes['side'] ?? ''}>
            <Attention />
            <FirstSteps />
          </Stack>
        )}
        {hasPlots && isKnown && <Plots />}
      </div>
    </Page>
  );
}

function Period() {
  const { range = 'day' } = useSearch({ from: '/frame/' });
  const navigate = useNavigate({ from: '/' });
  return (
    <SegmentedControl
      aria-label="Period"
      data={LABELS}
      value={range}
      onChange={(value) => void navigate({ search: { range: value }, replace: true })}
    />
  );
}

function Plots() {
  const { range = 'day' } = useSearch({ from: '/frame/' });
  const may = useMay();
  return (
    <div className={classes['plots']}>
      {may('usage:read') && <UsagePlots range={range} />}
      {may('workers:manage') && <QueuePlots range={range} />}
    </div>
  );
}
