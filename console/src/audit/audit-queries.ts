import { unwrap, type components } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { pagesQuery } from '../api/pages.ts';
import type { AuditSearch } from './routes.ts';

export type AuditRecord = components['schemas']['AuditRecord'];
type Names = components['schemas']['AuditList']['names'];

/** A record with what its actor and its target are called now. */
export interface NamedRecord extends AuditRecord {
  actorNow: Names[string] | undefined;
  targetNow: Names[string] | undefined;
}

const named = (record: AuditRecord, names: Names): NamedRecord => ({
  ...record,
  actorNow: names[record.actor],
  targetNow: names[record.target],
});

const AUDIT = ['audit'] as const;

/** The filters of the address as the API has them; a time that cannot be read is left out. */
export function filterOf({ actor, action, target, outcome, from, to }: AuditSearch) {
  const time = (text: string | undefined): string | undefined => {
    const at = text === undefined ? Number.NaN : Date.parse(text);
    return Number.isNaN(at) ? undefined : new Date(at).toISOString();
  };
  return { actor, action, target, outcome, from: time(from), to: time(to) };
}

/** The records that fit, newest first. */
export const recordsQuery = (search: AuditSearch) => {
  const filter = filterOf(search);
  return pagesQuery([...AUDIT, 'list', filter], async (page, signal) => {
    const query = { ...filter, ...page };
    const { items, names, next_cursor } = await unwrap(
      client.GET('/v1/audit', { params: { query }, signal }),
    );
    return { items: items.map((record) => named(record, names)), next_cursor };
  });
};

/** One record, whether the list shows it or not. */
export const recordQuery = (seq: number) =>
  queryOptions({
    queryKey: [...AUDIT, 'record', seq],
    queryFn: async ({ signal }) => {
      const { names, ...record } = await unwrap(
        client.GET('/v1/audit/{seq}', { params: { path: { seq } }, signal }),
      );
      return named(record, names);
    },
    staleTime: Infinity,
  });

/** The signed head of the record. */
export const checkpointQuery = queryOptions({
  queryKey: [...AUDIT, 'checkpoint'],
  queryFn: ({ signal }) => unwrap(client.GET('/v1/audit/checkpoint', { signal })),
});

/** Walks the whole record: only on demand. */
export const verificationQuery = queryOptions({
  queryKey: [...AUDIT, 'verification'],
  queryFn: ({ signal }) => unwrap(client.GET('/v1/audit/verify', { signal })),
  enabled: false,
  staleTime: 0,
});
