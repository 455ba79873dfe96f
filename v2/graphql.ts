import type { Settings } from './settings.ts';

const TIMEOUT_MS = 10_000;

export interface GraphqlAnswer {
  status: number;
  data: Record<string, unknown> | null;
  /** The codes of its errors. */
  codes: string[];
}

/** Asks the wrapper. @param key of the caller; left out: the wrapper answers with its own */
export async function graphql({ wrapper }: Settings, query: string, key?: string): Promise<GraphqlAnswer> {
  const response = await fetch(`${wrapper.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-keyward-csrf': 'v2',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { data = null, errors = [] } = (await response.json()) as {
    data?: GraphqlAnswer['data'];
    errors?: { extensions?: { code?: string } }[];
  };
  return { status: response.status, data, codes: errors.map(({ extensions }) => extensions?.code ?? 'none') };
}
