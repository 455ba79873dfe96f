import { unwrap, type components } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import type { KeySearch } from '../keys/routes.ts';
import type { Range } from './routes.ts';

const OVERVIEW = ['overview'] as const;
const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;
const LENGTHS = {
  day: { ms: 24 * HOUR_MS, step: 'hour' },
  week: { ms: 7 * 24 * HOUR_MS, step: 'day' },
  month: { ms: 30 * 24 * HOUR_MS, step: 'day' },
} as const;
const EVERY_MS = 15_000;
/** A list of more is cut: the page of keys shows all. */
const SHOWN_MAX = 5;
const EXPIRING_DAYS = 7;
const UNUSED_DAYS = 90;

type Step = components['schemas']['UsageStep'];

/** The server leaves out steps without use; a plot needs them. */
function wholePeriod(items: readonly Step[], { from, stepMs }: { from: string; stepMs: number }): Step[] {
  const found = new Map(items.map((item) => [Date.parse(item.start), item]));
  const first = Math.floor(Date.parse(from) / stepMs) * stepMs;
  const steps: Step[] = [];
  for (let at = first; at <= Date.now(); at += stepMs) steps.push(found.get(at) ?? unusedStep(at, stepMs));
  return steps;
}

const unusedStep = (at: number, stepMs: number): Step => ({
  start: new Date(at).toISOString(),
  end: new Date(at + stepMs).toISOString(),
  group: {},
  names: {},
  requests: 0,
  refusals: {},
  tokens_in: 0,
  tokens_out: 0,
  usd: '0',
  gpu_seconds: '0',
  estimated_requests: 0,
});

/** Requests, refusals, tokens and spend over time. */
export const usageQuery = (range: Range) =>
  queryOptions({
    queryKey: [...OVERVIEW, 'usage', range],
    queryFn: async ({ signal }) => {
      const { ms, step } = LENGTHS[range];
      const from = new Date(Date.now() - ms).toISOString();
      const { items } = await unwrap(client.GET('/v1/usage', { params: { query: { from, step } }, signal }));
      return wholePeriod(items, { from, stepMs: step === 'hour' ? HOUR_MS : 24 * HOUR_MS });
    },
    refetchInterval: EVERY_MS,
  });

/** The queue and the workers now. */
export const queueQuery = queryOptions({
  queryKey: [...OVERVIEW, 'queue'],
  queryFn: ({ signal }) => unwrap(client.GET('/v1/admin/status', { signal })),
  refetchInterval: EVERY_MS,
});

const FILTERS = {
  leaked: { state: 'quarantined' },
  expiring: { state: 'active', expiring_within_seconds: EXPIRING_DAYS * DAY_SECONDS },
  unused: { state: 'active', unused_for_seconds: UNUSED_DAYS * DAY_SECONDS },
  powerful: { state: 'active', role: 'admin' },
} as const;
export type KeyConcern = keyof typeof FILTERS;

/** The search of the page of keys that shows all of them. */
export const SEARCHES: Record<KeyConcern, KeySearch> = {
  leaked: { state: 'quarantined' },
  expiring: { state: 'active', expiring: EXPIRING_DAYS },
  unused: { state: 'active', unused: UNUSED_DAYS },
  powerful: { state: 'active', role: 'admin' },
};

/** Keys that need attention; one more than is shown, so that the page can say that there are more. */
export const concernQuery = (concern: KeyConcern) =>
  queryOptions({
    queryKey: [...OVERVIEW, 'keys', concern],
    queryFn: async ({ signal }) => {
      const query = { ...FILTERS[concern], limit: SHOWN_MAX + 1 };
      const { items } = await unwrap(client.GET('/v1/keys', { params: { query }, signal }));
      return { keys: items.slice(0, SHOWN_MAX), hasMore: items.length > SHOWN_MAX };
    },
  });

const UPSTREAMS_MAX = 200;

/** Upstreams that fail. */
export const failingQuery = queryOptions({
  queryKey: [...OVERVIEW, 'upstreams'],
  queryFn: async ({ signal }) => {
    const params = { query: { limit: UPSTREAMS_MAX } };
    const { items } = await unwrap(client.GET('/v1/upstreams', { params, signal }));
    return items.filter(
      ({ enabled, health }) =>
        enabled && (health.state === 'failing' || health.state === 'open' || health.last_test?.ok === false),
    );
  },
  refetchInterval: EVERY_MS,
});
