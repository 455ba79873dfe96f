import { use, useSyncExternalStore } from 'react';
import { CloseTimes, useTimeForm } from './time-form.ts';

const SECOND_MS = 1_000;
/** Each unit with its length and with the least difference that is said in it, ms: "in 40 days" says more than "next month". */
const UNITS: [unit: Intl.RelativeTimeFormatUnit, ms: number, leastMs: number][] = [
  ['year', 31_557_600_000, 63_115_200_000],
  ['month', 2_629_800_000, 7_889_400_000],
  ['day', 86_400_000, 86_400_000],
  ['hour', 3_600_000, 3_600_000],
  ['minute', 60_000, 60_000],
];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Such as "3 hours ago". */
export function ago(atMs: number, nowMs: number): string {
  const differenceMs = atMs - nowMs;
  for (const [unit, ms, leastMs] of UNITS)
    if (Math.abs(differenceMs) >= leastMs) return relative.format(Math.round(differenceMs / ms), unit);
  return relative.format(Math.round(differenceMs / SECOND_MS), 'second');
}

/** The times of a page move on together. What happened since the last tick is not in the future. */
const TICK_MS = 10_000;
let nowMs = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}, TICK_MS);
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/**
 * A time relative to now with its date and time of day in the reader's zone: beside it as text, in a table for screen readers
 * alone, where the reader can have the exact form in its place (account menu). Guarded by page-rules.ts on every page.
 * @param otherwise for no time
 */
export function Time({
  at,
  otherwise = 'never',
}: {
  at: string | number | null | undefined;
  otherwise?: string;
}) {
  useSyncExternalStore(subscribe, () => nowMs);
  const isClose = use(CloseTimes);
  const [form] = useTimeForm();
  if (at === null || at === undefined) return <>{otherwise}</>;
  const date = new Date(at);
  const [exact, relativeText] = [absolute.format(date), ago(date.getTime(), Date.now())];
  return (
    <time dateTime={date.toISOString()} title={exact}>
      {isClose ? <Close form={form} exact={exact} relative={relativeText} /> : `${relativeText} (${exact})`}
    </time>
  );
}

const Close = ({ form, exact, relative: text }: { form: string; exact: string; relative: string }) =>
  form === 'exact' ? (
    exact
  ) : (
    <>
      {text}
      <span className="unseen">, {exact}</span>
    </>
  );
