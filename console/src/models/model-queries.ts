import { KeywardApiError, unwrap } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';

const EVERY_MS = 10_000;

/** The models that the person may use. */
export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/v1/models', { signal }))).data,
  refetchInterval: EVERY_MS,
});

interface Part {
  ok: boolean;
  detail: string;
}

/** The local model's state; null: it is turned off. A server that is not ready answers an error with the same parts. */
export const localModelQuery = queryOptions({
  queryKey: ['local-model'],
  queryFn: async ({ signal }): Promise<Part | null> => {
    try {
      return (await unwrap(client.GET('/readyz', { signal }))).parts['local_model'] ?? null;
    } catch (error) {
      if (!(error instanceof KeywardApiError)) throw error;
      return (error.details['parts'] as Record<string, Part> | undefined)?.['local_model'] ?? null;
    }
  },
  refetchInterval: EVERY_MS,
});
