import { useQueries, useQuery } from '@tanstack/react-query';
import type { FirstRows } from '../api/pages.ts';
import { driftedKeysQuery } from '../bootstrap/bootstrap-queries.ts';
import { useMay } from '../session/session-queries.ts';
import {
  concernQuery,
  failingQuery,
  statusQuery,
  type FoundKeys,
  type KeyConcern,
} from './overview-queries.ts';

export type Failing = Awaited<ReturnType<NonNullable<typeof failingQuery.queryFn>>>;

export interface UnreadyPart {
  name: string;
  detail: string;
}

/** The worst first. `least`: fewer are no concern: one key that may do everything is the way back in. */
const CONCERNS: { concern: KeyConcern; least: number }[] = [
  { concern: 'leaked', least: 1 },
  { concern: 'expiring', least: 1 },
  { concern: 'powerful', least: 2 },
  { concern: 'overscoped', least: 1 },
  { concern: 'unused', least: 1 },
];

/** All that needs attention, of what the person may see. */
export function useAttention() {
  const may = useMay();
  const enabled = may('keys:read');
  const keys = useQueries({
    queries: CONCERNS.map(({ concern }) => ({ ...concernQuery(concern), enabled })),
  });
  const failing = useQuery({ ...failingQuery, enabled: may('models:manage') });
  const status = useQuery({ ...statusQuery, enabled: may('workers:manage') });
  const drifted = useQuery({ ...driftedKeysQuery, enabled: may('bootstrap:read') });
  const all = [...keys, failing, status, drifted];
  const { parts = {}, status: state = 'ready' } = status.data ?? {};
  return {
    // Together: one after the other would move the page.
    isKnown: all.every(({ isLoading }) => !isLoading),
    error: all.find(({ error }) => error !== null)?.error ?? null,
    unready: state === 'ready' ? [] : unreadyOf(parts),
    failing: unlessNone(failing.data),
    drifted: unlessNone(drifted.data),
    keys: concernsOf(keys.map(({ data }) => data)),
  };
}

/** In the order of `CONCERNS`. The only key that may do everything holds unused scopes as well, and is no concern there either. */
function concernsOf(all: (FoundKeys | undefined)[]): { concern: KeyConcern; found: FoundKeys }[] {
  const powerful = all[CONCERNS.findIndex(({ concern }) => concern === 'powerful')]?.rows ?? [];
  const wayIn = powerful.length === 1 ? powerful[0]?.id : undefined;
  return CONCERNS.flatMap(({ concern, least }, index) => {
    const found = all[index];
    if (found === undefined) return [];
    const rows = concern === 'overscoped' ? found.rows.filter(({ id }) => id !== wayIn) : found.rows;
    return rows.length < least ? [] : [{ concern, found: { ...found, rows } }];
  });
}

/** Where not all was looked at, there may be one. */
const unlessNone = <Row>(found: FirstRows<Row> | undefined): FirstRows<Row> | undefined =>
  found !== undefined && (found.rows.length > 0 || found.hasMore) ? found : undefined;

const unreadyOf = (parts: Record<string, { ok: boolean; detail: string }>): UnreadyPart[] =>
  Object.entries(parts).flatMap(([name, { ok, detail }]) => (ok ? [] : [{ name, detail }]));
