import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Problem } from '../page/problem.tsx';
import { historyQuery, statusQuery } from './overview-queries.ts';
import { PlotCard } from './plot-card.tsx';
import { RANGES, type Range } from './routes.ts';

const HOUR_S = 3_600;
const STEP_S = { hour: HOUR_S, day: 24 * HOUR_S };
const NOTHING = { jobs_queued: 0, jobs_running: 0, workers_online: 0 };
type Counts = typeof NOTHING;

/** The highest counts of each step; a step without a running server had none. */
function countsOf(
  items: readonly (Counts & { start: string })[],
  range: Range,
): { times: number[]; counts: Counts[] } {
  const { days, step } = RANGES[range];
  const size = STEP_S[step];
  const at = (seconds: number): number => Math.floor(seconds / size) * size;
  const last = at(Date.now() / 1_000);
  const first = at(Date.now() / 1_000 - days * 24 * HOUR_S);
  const times = Array.from({ length: (last - first) / size + 1 }, (_, index) => first + index * size);
  const found = new Map(items.map((item) => [Date.parse(item.start) / 1_000, item]));
  return { times, counts: times.map((time) => found.get(time) ?? NOTHING) };
}

/** Jobs and workers: now, and the most of each step of the period. */
export function QueuePlots({ range }: { range: Range }) {
  const { data: now, error } = useQuery(statusQuery);
  const { data: items, error: historyError } = useQuery(historyQuery(range));
  const { times, jobs, workers } = useMemo(() => {
    const { times: all, counts } = countsOf(items ?? [], range);
    const of = (name: keyof Counts): number[] => counts.map((count) => count[name]);
    return {
      times: all,
      jobs: [
        // The second one is drawn in front of the first: it is a part of it.
        { label: 'waiting or running', values: counts.map((one) => one.jobs_queued + one.jobs_running) },
        { label: 'running', values: of('jobs_running') },
      ],
      workers: [{ label: 'online', values: of('workers_online') }],
    };
  }, [items, range]);
  const oldest = now?.oldest_queued_seconds;
  return (
    <>
      <Problem error={error ?? historyError} />
      <PlotCard
        label="Jobs"
        value={
          now && `${now.jobs_queued.toLocaleString()} waiting, ${now.jobs_running.toLocaleString()} running`
        }
        note={typeof oldest === 'number' ? `now; the oldest waits for ${Math.round(oldest)} s` : 'now'}
        times={times}
        series={jobs}
      />
      <PlotCard
        label="Workers"
        value={now && `${now.workers_online.toLocaleString()} online`}
        note="now"
        times={times}
        series={workers}
      />
    </>
  );
}
