import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { refusalWords } from '../keys/holdings/refusal-words.ts';
import { refusalsOf, seriesOf, sumOf, type Measure, type Steps } from '../keys/key/usage-series.ts';
import { Problem } from '../page/problem.tsx';
import { usageQuery } from './overview-queries.ts';
import { PlotCard } from './plot-card.tsx';
import { RANGES, type Range } from './routes.ts';

const USD = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
const MONEY = new Intl.NumberFormat(undefined, USD);
const SMALL_MONEY = new Intl.NumberFormat(undefined, { ...USD, maximumFractionDigits: 4 });
const moneyText = (usd: number): string => (usd < 1 ? SMALL_MONEY : MONEY).format(usd);
const MEASURES = ['requests', 'tokens', 'usd'] as const satisfies readonly Measure[];

/** Requests, refusals, tokens and spend of the period. */
export function UsagePlots({ range }: { range: Range }) {
  const { data: steps, error, refetch } = useQuery(usageQuery(range));
  const plots = useMemo(
    () => MEASURES.map((measure) => seriesOf(steps ?? [], { measure, ...RANGES[range] })),
    [steps, range],
  );
  const shown = steps && {
    requests: sumOf(steps, ({ requests }) => requests).toLocaleString(),
    tokens: sumOf(steps, (one) => one.tokens_in + one.tokens_out).toLocaleString(),
    usd: moneyText(sumOf(steps, ({ usd }) => Number(usd))),
  };
  const NOTES: Record<Measure, string> = {
    requests: steps === undefined ? '' : refusalsNote(steps),
    tokens: 'in and out',
    usd: 'of models with a price',
  };
  const LABELS: Record<Measure, string> = { requests: 'Requests', tokens: 'Tokens', usd: 'Spend' };
  return (
    <>
      <Problem error={error} onRetry={() => void refetch()} />
      {MEASURES.map((measure, index) => (
        <PlotCard
          key={measure}
          label={LABELS[measure]}
          value={shown?.[measure]}
          note={NOTES[measure]}
          times={plots[index]?.times ?? []}
          series={plots[index]?.series ?? []}
        />
      ))}
    </>
  );
}

/** Such as "7 refused: A scope is missing (4), The key is disabled (3)". */
function refusalsNote(steps: Steps): string {
  const counts = new Map<string, number>();
  for (const step of steps)
    for (const [code, count] of refusalsOf(step)) counts.set(code, (counts.get(code) ?? 0) + count);
  const all = [...counts].toSorted(([, a], [, b]) => b - a);
  if (all.length === 0) return 'none refused';
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  const top = all.slice(0, 2).map(([code, count]) => `${refusalWords(code)} (${count.toLocaleString()})`);
  return `${total.toLocaleString()} refused: ${top.join(', ')}${all.length > 2 ? ' and others' : ''}`;
}
