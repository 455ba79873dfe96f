import { unwrap, type components } from '@keyward/sdk';
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { recordsQuery } from '../audit/audit-queries.ts';
import type { KeyChange, MintBody } from './holdings/draft.ts';
import { forgetLists, KEYS, keyQuery, scopesQuery, storeKey, withEtag, type ReadKey } from './key-queries.ts';

export type Acknowledged = components['schemas']['Acknowledged'];
export type RotateBody = components['schemas']['RotateRequest'];
type Use = components['schemas']['ExplainRequest'];

/** The answer of a mutation that shows a secret is forgotten as soon as its dialog closes (`reset`). `unseen`: it closed before. */
const once = (unseen: string) => ({ gcTime: 0, meta: { unseen } });

const pathOf = (id: string) => ({ path: { id } });

/** Mints a key. `once` makes a repeat after a lost connection harmless. */
export function useMint() {
  const queries = useQueryClient();
  return useMutation({
    ...once('A key was made, and nobody saw its secret. Rotate it to get another one, or revoke it.'),
    mutationFn: ({ body, once: idempotencyKey }: { body: MintBody; once: string }) =>
      unwrap(client.POST('/v1/keys', { body, params: { header: { 'idempotency-key': idempotencyKey } } })),
    onSuccess: () => void forgetLists(queries),
  });
}

export function useRotate(id: string) {
  const queries = useQueryClient();
  return useMutation({
    ...once('The key was rotated, and nobody saw its new secret. Rotate it again.'),
    mutationFn: (body: RotateBody) =>
      unwrap(client.POST('/v1/keys/{id}/rotate', { params: pathOf(id), body })),
    onSuccess: ({ key }) => afterChange(queries, key),
  });
}

type ChangedKey = components['schemas']['ChangedKey'];

/** Shows the change at once; what follows from it is read again. */
function afterChange(queries: QueryClient, key: ChangedKey['key'], etag: ReadKey['etag'] = null): void {
  storeKey(queries, { key, etag });
  void queries.invalidateQueries({ queryKey: keyQuery(key.id).queryKey });
  void queries.invalidateQueries({ queryKey: [...KEYS, 'bounds', key.id] });
  void queries.invalidateQueries({ queryKey: scopesQuery(key.id).queryKey });
  void queries.invalidateQueries({ queryKey: recordsQuery({ target: key.id }).queryKey });
}

/** Changes a key that was read; refused where somebody else has changed it since. */
export function useUpdateKey(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ body, etag }: { body: KeyChange; etag: ReadKey['etag'] }) => {
      const header = etag === null ? {} : { 'if-match': etag };
      return withEtag(client.PATCH('/v1/keys/{id}', { params: { ...pathOf(id), header }, body }));
    },
    onSuccess: ({ key, etag }) => afterChange(queries, key, etag),
  });
}

export type StateVerb = 'disable' | 'enable' | 'quarantine' | 'revoke' | 'restore';

export function useKeyState(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, reason }: { verb: StateVerb; reason?: string }) =>
      unwrap(
        client.POST(`/v1/keys/{id}/${verb}`, {
          params: pathOf(id),
          body: reason === undefined || reason === '' ? {} : { reason },
        }),
      ),
    onSuccess: ({ key }) => afterChange(queries, key),
  });
}

export function useEndSecret(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (secret_id: string) =>
      unwrap(client.POST('/v1/keys/{id}/secrets/{secret_id}/end', { params: { path: { id, secret_id } } })),
    onSuccess: ({ key }) => afterChange(queries, key),
  });
}

/** Asks what a key may do; nothing counts as a use. */
export const useExplain = (id: string) =>
  useMutation({
    mutationFn: (body: Use) => unwrap(client.POST('/v1/keys/{id}/explain', { params: pathOf(id), body })),
  });
