import { unwrap, type components } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { pagesQuery } from '../api/pages.ts';
import type { AuditSearch } from './routes.ts';

export type AuditRecord = components['schemas']['AuditRecord'];

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
  return pagesQuery([...AUDIT, 'list', filter], (page, signal) =>
    unwrap(client.GET('/v1/audit', { params: { query: { ...filter, ...page } }, signal })),
  );
};

/** One record, whether the list shows it or not. */
export const recordQuery = (seq: number) =>
  queryOptions({
    queryKey: [...AUDIT, 'record', seq],
    queryFn: ({ signal }) => unwrap(client.GET('/v1/audit/{seq}', { params: { path: { seq } }, signal })),
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
