import { Group, Paper, SegmentedControl, Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Problem } from '../../page/problem.tsx';
import { refusalNext, refusalWords } from '../holdings/refusal-words.ts';
import { usageQuery } from '../key-queries.ts';
import { USAGE_DAYS } from '../routes.ts';
import { Section } from '../../page/page.tsx';
import { MEASURES, refusalsOf, seriesOf, totalOf, type Measure, type Steps } from './usage-series.ts';

const Plot = lazy(async () => ({ default: (await import('../../page/plot/plot.tsx')).Plot }));
const PLOT_PX = 220;
const LABELS: Record<(typeof USAGE_DAYS)[number], string> = {
  1: '24 h',
  7: '7 days',
  30: '30 days',
  90: '90 days',
};
const DEFAULT_DAYS = 7;

/** What the key has used, over time, and why it was refused. */
export function UsageSection({ id }: { id: string }) {
  const { days = DEFAULT_DAYS } = useSearch({ from: '/frame/keys/$id' });
  const navigate = useNavigate({ from: '/keys/$id' });
  const [measure, setMeasure] = useState<Measure>('requests');
  const usage = useQuery(usageQuery(id, days));
  const choose = (value: string): void => {
    const chosen = USAGE_DAYS.find((one) => String(one) === value);
    void navigate({ search: (before) => ({ ...before, days: chosen }), replace: true });
  };
  return (
    <Section
      title="Usage"
      actions={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="Measure"
            data={Object.entries(MEASURES).map(([value, { label }]) => ({ value, label }))}
            value={measure}
            onChange={(value) => setMeasure(value as Measure)}
          />
          <SegmentedControl
            size="xs"
            aria-label="Time"
            data={USAGE_DAYS.map((count) => ({ value: String(count), label: LABELS[count] }))}
            value={String(days)}
            onChange={choose}
          />
        </Group>
      }
    >
      <Problem error={usage.error} onRetry={() => void usage.refetch()} />
      {usage.data === undefined ? (
        <Skeleton height={PLOT_PX + 60} />
      ) : (
        <>
          <Curve steps={usage.data.items} measure={measure} days={days} />
          <Refusals steps={usage.data.items} />
        </>
      )}
    </Section>
  );
}

function Curve({ steps, measure, days }: { steps: Steps; measure: Measure; days: number }) {
  const { times, series } = useMemo(() => seriesOf(steps, { measure, days }), [steps, measure, days]);
  const total = totalOf(steps, measure);
  return (
    <Paper withBorder p="md">
      <Text size="xl" fw={600}>
        {total}
      </Text>
      {steps.length === 0 ? (
        <Text size="sm" c="dimmed" mih={PLOT_PX}>
          The key was not used in this time.
        </Text>
      ) : (
        <Suspense fallback={<Skeleton height={PLOT_PX} />}>
          <Plot label={`Over time: ${total}`} times={times} series={series} heightPx={PLOT_PX} />
        </Suspense>
      )}
    </Paper>
  );
}

function Refusals({ steps }: { steps: Steps }) {
  const counts = new Map<string, number>();
  for (const step of steps)
    for (const [code, count] of refusalsOf(step)) counts.set(code, (counts.get(code) ?? 0) + count);
  if (counts.size === 0) return null;
  return (
    <Table.ScrollContainer minWidth={0}>
      <Table aria-label="Refused requests by reason">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Refused because</Table.Th>
            <Table.Th scope="col" ta="end">
              Requests
            </Table.Th>
            <Table.Th scope="col">Next step</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...counts]
            .toSorted(([, a], [, b]) => b - a)
            .map(([code, count]) => (
              <Table.Tr key={code}>
                <Table.Td>{refusalWords(code)}</Table.Td>
                <Table.Td ta="end">{count.toLocaleString()}</Table.Td>
                <Table.Td>{refusalNext(code)}</Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
