import type { components } from '@keyward/sdk';
import type { PlotSeries } from '../../page/plot/plot.tsx';
import { stepOf } from '../key-queries.ts';
import { counted } from '../../page/count-text.ts';

export type Steps = components['schemas']['UsageStep'][];
type Step = Steps[number];

/** How many requests were refused, by the code. One whose client has left was not: it is counted with the codes all the same. */
export const refusalsOf = ({ refusals }: Step): [code: string, count: number][] =>
  Object.entries(refusals).filter(([code]) => code !== 'client_gone');

const refused = (step: Step): number => refusalsOf(step).reduce((sum, [, count]) => sum + count, 0);

/** What is drawn: two series add up. */
export const MEASURES = {
  requests: {
    label: 'Requests',
    // Bars are drawn over each other: the larger one first.
    series: [
      ['all requests', ({ requests }: Step) => requests],
      ['refused', refused],
    ],
  },
  tokens: {
    label: 'Tokens',
    series: [
      ['in and out', (step: Step) => step.tokens_in + step.tokens_out],
      ['out', ({ tokens_out }: Step) => tokens_out],
    ],
  },
  usd: { label: 'USD', series: [['USD', ({ usd }: Step) => Number(usd)]] },
} as const;
export type Measure = keyof typeof MEASURES;

const HOUR_S = 3_600;
const STEP_S = { hour: HOUR_S, day: 24 * HOUR_S };

interface SeriesInput {
  measure: Measure;
  days: number;
  /** Of `steps`. @default an hour for up to a week, otherwise a day */
  step?: keyof typeof STEP_S;
  nowMs?: number;
}

/** One value a step, 0 where nothing was used: the server leaves those out. */
export function seriesOf(
  steps: Steps,
  { measure, days, step = stepOf(days), nowMs = Date.now() }: SeriesInput,
): { times: number[]; series: PlotSeries[] } {
  const size = STEP_S[step];
  const at = (seconds: number): number => Math.floor(seconds / size) * size;
  const last = at(nowMs / 1_000);
  const first = at(nowMs / 1_000 - days * 24 * HOUR_S);
  const times = Array.from({ length: (last - first) / size + 1 }, (_, index) => first + index * size);
  const byTime = new Map(steps.map((step) => [at(Date.parse(step.start) / 1_000), step]));
  const series = MEASURES[measure].series.map(([label, value]) => ({
    label,
    values: times.map((time) => {
      const found = byTime.get(time);
      return found === undefined ? 0 : value(found);
    }),
  }));
  return { times, series };
}

/** Of all steps. */
export const sumOf = (steps: Steps, value: (step: Step) => number): number =>
  steps.reduce((total, step) => total + value(step), 0);
const number = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: 4 });

/** Such as "120 requests, 4 of them refused". */
export function totalOf(steps: Steps, measure: Measure): string {
  if (measure === 'usd') return `${number(sumOf(steps, ({ usd }) => Number(usd)))} USD`;
  if (measure === 'tokens') {
    const [taken, given] = [sumOf(steps, (one) => one.tokens_in), sumOf(steps, (one) => one.tokens_out)];
    return `${counted(taken + given, 'token')}, ${number(given)} of them in answers`;
  }
  const [all, not] = [sumOf(steps, ({ requests }) => requests), sumOf(steps, refused)];
  return `${counted(all, 'request')}, ${not === 0 ? 'none' : `${number(not)} of them`} refused`;
}
