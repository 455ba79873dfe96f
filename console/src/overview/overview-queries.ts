import { unwrap } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { firstRows, fittingRows } from '../api/pages.ts';
import type { KeySearch } from '../keys/routes.ts';
import { isFailing } from '../upstreams/upstream-health.ts';
import { RANGES, type Range } from './routes.ts';

const OVERVIEW = ['overview'] as const;
const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;
const EVERY_MS = 15_000;
/** A list of more is cut: the page of keys shows all. */
export const SHOWN_MAX = 5;
const EXPIRING_DAYS = 7;
const UNUSED_DAYS = 90;

const periodOf = (range: Range) => {
  const { days, step } = RANGES[range];
  return { from: new Date(Date.now() - days * DAY_MS).toISOString(), step };
};

/** Requests, refusals, tokens and spend over time. */
export const usageQuery = (range: Range) =>
  queryOptions({
    queryKey: [...OVERVIEW, 'usage', range],
    queryFn: async ({ signal }) =>
      (await unwrap(client.GET('/v1/usage', { params: { query: periodOf(range) }, signal }))).items,
    refetchInterval: EVERY_MS,
  });

/** The queue and the workers over time. */
export const historyQuery = (range: Range) =>
  queryOptions({
    queryKey: [...OVERVIEW, 'history', range],
    queryFn: async ({ signal }) => {
      const params = { query: periodOf(range) };
      return (await unwrap(client.GET('/v1/admin/queue-history', { params, signal }))).items;
    },
    refetchInterval: EVERY_MS,
  });

/** This server, its queue and the workers now. */
export const statusQuery = queryOptions({
  queryKey: [...OVERVIEW, 'status'],
  queryFn: ({ signal }) => unwrap(client.GET('/v1/admin/status', { signal })),
  refetchInterval: EVERY_MS,
});

const FILTERS = {
  leaked: { state: 'quarantined' },
  expiring: { state: 'active', expiring_within_seconds: EXPIRING_DAYS * DAY_SECONDS },
  unused: { state: 'active', unused_for_seconds: UNUSED_DAYS * DAY_SECONDS },
  powerful: { state: 'active', role: 'admin' },
  overscoped: { state: 'active', scopes: 'unused' },
} as const;
export type KeyConcern = keyof typeof FILTERS;

/** The search of the page of keys that shows all of them. */
export const SEARCHES: Record<KeyConcern, KeySearch> = {
  leaked: { state: 'quarantined' },
  expiring: { state: 'active', expiring: EXPIRING_DAYS },
  unused: { state: 'active', unused: UNUSED_DAYS },
  powerful: { state: 'active', role: 'admin' },
  overscoped: { state: 'active', scopes: 'unused' },
};

/** Keys that need attention. */
export const concernQuery = (concern: KeyConcern) =>
  queryOptions({
    queryKey: [...OVERVIEW, 'keys', concern],
    queryFn: ({ signal }) =>
      firstRows(SHOWN_MAX, (page) =>
        unwrap(client.GET('/v1/keys', { params: { query: { ...FILTERS[concern], ...page } }, signal })),
      ),
    refetchInterval: EVERY_MS,
  });
export type FoundKeys = Awaited<ReturnType<NonNullable<ReturnType<typeof concernQuery>['queryFn']>>>;

/** Whether nobody has a key yet, but the one that the first start made. */
export const isNewQuery = queryOptions({
  queryKey: [...OVERVIEW, 'is-new'],
  queryFn: async ({ signal }) => {
    const { hasMore } = await firstRows(1, (query) =>
      unwrap(client.GET('/v1/keys', { params: { query }, signal })),
    );
    return !hasMore;
  },
});

/** Upstreams that fail. */
export const failingQuery = queryOptions({
  queryKey: [...OVERVIEW, 'upstreams'],
  queryFn: ({ signal }) =>
    fittingRows(isFailing, (query) => unwrap(client.GET('/v1/upstreams', { params: { query }, signal }))),
  refetchInterval: EVERY_MS,
});
