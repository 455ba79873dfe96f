import type { components } from '@keyward/sdk';
import { SimpleGrid, Text } from '@mantine/core';
import { LabelledBar } from '../../page/labelled-bar.tsx';
import { Time } from '../../page/time.tsx';
import type { Limit } from './draft.ts';
import { amountText, limitText, PERIODS, windowText } from './sentence.ts';
import { counted } from '../../page/count-text.ts';

type Verdict = components['schemas']['Verdict'];
type LimitState = Verdict['limits'][number];
type BudgetState = Pick<
  Verdict['budgets'][number],
  'name' | 'of' | 'unit' | 'amount' | 'period' | 'used' | 'resets_at'
>;

interface BarsProps {
  limits: readonly LimitState[];
  budgets: readonly BudgetState[];
  /** As they are set: those of jobs are counted nowhere. */
  set: readonly Limit[];
}

const ofWhom = (of: string | undefined): string => (of === undefined ? '' : ` · of its ${of}`);

/** How much of each limit and budget is used. */
export function BoundBars({ limits, budgets, set }: BarsProps) {
  const ofJobs = set.filter((limit) => 'max_running' in limit || 'max_queued' in limit);
  return (
    <>
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
    </>
  );
}

function LimitBar({
  limit: { name, of, requests, window_seconds, concurrent, remaining },
}: {
  limit: LimitState;
}) {
  const most = requests ?? concurrent ?? 0;
  const within = window_seconds === undefined ? 'at once' : windowText(window_seconds);
  return (
    <LabelledBar
      label={`${name}${ofWhom(of)}`}
      used={Math.max(0, most - remaining)}
      of={most}
      textOf={(all) => `${counted(all, 'request')} ${within}`}
    />
  );
}

function BudgetBar({ budget: { name, of, unit, amount, period, used, resets_at } }: { budget: BudgetState }) {
  return (
    <div>
      <LabelledBar
        label={`${name}${ofWhom(of)}`}
        used={Number(used)}
        of={Number(amount)}
        textOf={(all) => `${amountText(all, unit)} ${PERIODS[period]}`}
      />
      {resets_at !== null && (
        <Text size="xs" c="dimmed" mt={2}>
          Renews <Time at={resets_at} />
        </Text>
      )}
    </div>
  );
}
