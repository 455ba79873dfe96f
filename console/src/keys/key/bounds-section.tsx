import { SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { LabelledBar } from '../../page/labelled-bar.tsx';
import { Problem } from '../../page/problem.tsx';
import { Time } from '../../page/time.tsx';
import type { Key } from '../holdings/draft.ts';
import { BUDGET_UNITS, limitText, PERIODS, windowText } from '../holdings/sentence.ts';
import { boundsQuery } from '../key-queries.ts';
import { Section } from './panel.tsx';
import type { components } from '@keyward/sdk';

type Verdict = components['schemas']['Verdict'];
type LimitState = Verdict['limits'][number];
type BudgetState = Verdict['budgets'][number];

const ofWhom = (of: string | undefined): string => (of === undefined ? '' : ` · of its ${of}`);

/** How much of each limit and budget is used: its own, and those of its ancestors and owners. */
export function BoundsSection({ keyRecord: key }: { keyRecord: Key }) {
  const bounds = useQuery(boundsQuery(key.id));
  const ofJobs = key.limits.filter((limit) => 'max_running' in limit || 'max_queued' in limit);
  const { limits = [], budgets = [] } = bounds.data ?? {};
  const isNone = key.limits.length + key.budgets.length + limits.length + budgets.length === 0;
  return (
    <Section title="Limits and budgets">
      <Problem error={bounds.error} onRetry={() => void bounds.refetch()} />
      {isNone && (
        <Text size="sm" c="dimmed">
          It has none: nothing bounds how much it uses.
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
        {limits.map((limit) => (
          <LimitBar key={`${limit.of} ${limit.name}`} limit={limit} />
        ))}
        {budgets.map((budget) => (
          <BudgetBar key={`${budget.of} ${budget.name}`} budget={budget} />
        ))}
      </SimpleGrid>
      {ofJobs.map((limit) => (
        <Text key={limit.name} size="sm">
          At most {limitText(limit)}.
        </Text>
      ))}
    </Section>
  );
}

function LimitBar({
  limit: { name, of, requests, window_seconds, concurrent, remaining },
}: {
  limit: LimitState;
}) {
  const most = requests ?? concurrent ?? 0;
  const unit = window_seconds === undefined ? 'requests at once' : `requests ${windowText(window_seconds)}`;
  return (
    <LabelledBar label={`${name}${ofWhom(of)}`} used={Math.max(0, most - remaining)} of={most} unit={unit} />
  );
}

function BudgetBar({ budget: { name, of, unit, amount, period, used, resets_at } }: { budget: BudgetState }) {
  return (
    <div>
      <LabelledBar
        label={`${name}${ofWhom(of)}`}
        used={Number(used)}
        of={Number(amount)}
        unit={`${BUDGET_UNITS[unit]} ${PERIODS[period]}`}
      />
      {resets_at !== null && (
        <Text size="xs" c="dimmed" mt={2}>
          Renews <Time at={resets_at} />
        </Text>
      )}
    </div>
  );
}
