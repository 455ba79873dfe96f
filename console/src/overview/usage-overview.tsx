import { Paper, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Plot } from '../page/plot.tsx';
import { Problem } from '../page/problem.tsx';
import { usageQuery } from './overview-queries.ts';
import type { Range } from './routes.ts';
import { Tile } from './tile.tsx';

const WORDS = { day: 'in 24 hours', week: 'in 7 days', month: 'in 30 days' };
const SECOND_MS = 1_000;
const money = new Intl.NumberFormat(undefined, {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 4,
});
const number = (value: number | undefined): string | undefined => value?.toLocaleString();
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Requests, refusals, tokens and spend of the period. */
export function UsageOverview({ range }: { range: Range }) {
  const { data: steps, error, refetch } = useQuery(usageQuery(range));
  const shown = useMemo(() => {
    if (steps === undefined) return undefined;
    const refused = steps.map(({ refusals }) => sum(Object.values(refusals)));
    return {
      times: steps.map(({ start }) => Date.parse(start) / SECOND_MS),
      series: [
        { label: 'Requests', values: steps.map(({ requests }) => requests) },
        { label: 'Refusals', values: refused },
      ],
      requests: sum(steps.map(({ requests }) => requests)),
      refusals: sum(refused),
      tokens: sum(steps.map(({ tokens_in, tokens_out }) => tokens_in + tokens_out)),
      usd: sum(steps.map(({ usd }) => Number(usd))),
    };
  }, [steps]);
  const reasons = useMemo(() => topReasons(steps ?? []), [steps]);
  return (
    <>
      <Problem error={error} onRetry={() => void refetch()} />
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Tile label="Requests" value={number(shown?.requests)} note={WORDS[range]} />
        <Tile label="Refusals" value={number(shown?.refusals)} note={reasons} />
        <Tile label="Tokens" value={number(shown?.tokens)} note="in and out" />
        <Tile label="Spend" value={shown && money.format(shown.usd)} note="of models with a price" />
      </SimpleGrid>
      <Paper withBorder p="md">
        <Text size="sm" c="dimmed" mb="xs">
          Requests and refusals {WORDS[range]}
        </Text>
        <Plot
          label={`${number(shown?.requests) ?? 'No'} requests and ${number(shown?.refusals) ?? 'no'} refusals ${WORDS[range]}`}
          times={shown?.times ?? []}
          series={shown?.series ?? []}
        />
      </Paper>
    </>
  );
}

/** The most frequent reasons, such as "invalid_key 4, rate_limited 2". */
function topReasons(steps: readonly { refusals: Record<string, number> }[]): string {
  const counts = new Map<string, number>();
  for (const { refusals } of steps)
    for (const [code, count] of Object.entries(refusals)) counts.set(code, (counts.get(code) ?? 0) + count);
  const top = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, 2);
  return top.map(([code, count]) => `${code.replaceAll('_', ' ')} ${count.toLocaleString()}`).join(', ');
}
