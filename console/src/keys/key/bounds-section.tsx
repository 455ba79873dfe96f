import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../../page/problem.tsx';
import { BoundBars } from '../holdings/bound-bars.tsx';
import type { Key } from '../holdings/draft.ts';
import { boundsQuery } from '../key-queries.ts';
import { Section } from '../../page/page.tsx';

/** How much of each limit and budget is used: its own, and those of its ancestors and owners. */
export function BoundsSection({ keyRecord: key }: { keyRecord: Key }) {
  const bounds = useQuery(boundsQuery(key.id));
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
      <BoundBars limits={limits} budgets={budgets} set={key.limits} />
    </Section>
  );
}
