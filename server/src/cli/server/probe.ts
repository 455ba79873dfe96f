import { readFileSync } from 'node:fs';
import { createClient, type KeywardClient } from '@keyward/sdk';
import { Agent, fetch as fetchWith } from 'undici';
import type { Config } from '../../config.ts';

const PROBE_TIMEOUT_MS = 5_000;

/**
 * A client for the server on this machine. With HTTPS it trusts exactly the certificate of the settings, for any name:
 * the request names an address.
 */
export function localClient({ tls }: Config, url: string, apiKey?: string): KeywardClient {
  const options = { url, apiKey, retries: 0 };
  if (tls === undefined) return createClient(options);
  const connect = {
    ca: readFileSync(tls.certFile),
    allowPartialTrustChain: true,
    checkServerIdentity: () => undefined,
  };
  const dispatcher = new Agent({ connect });
  return createClient({
    ...options,
    fetch: async (request) => {
      const body = request.method === 'GET' ? null : await request.text();
      const { method, headers, signal } = request;
      const init = { method, headers: [...headers], signal, body, dispatcher };
      return fetchWith(request.url, init);
    },
  });
}

export interface Health {
  version: string;
  commit: string | null;
}

/** The build, if the server is Keyward. */
export async function health(client: KeywardClient): Promise<Health | undefined> {
  const answer = await ask(client, '/healthz');
  return answer?.status === 200 && typeof answer.body['version'] === 'string'
    ? { version: answer.body['version'], commit: commitIn(answer.body) }
    : undefined;
}

const commitIn = ({ commit }: Record<string, unknown>): string | null =>
  typeof commit === 'string' ? commit : null;

export type Parts = Record<string, { ok: boolean; detail: string }>;

/** @returns undefined without an answer. */
export async function readiness(
  client: KeywardClient,
): Promise<{ ready: boolean; parts: Parts } | undefined> {
  const answer = await ask(client, '/readyz');
  return answer === undefined
    ? undefined
    : { ready: answer.status === 200, parts: (answer.body['parts'] ?? {}) as Parts };
}

async function ask(
  client: KeywardClient,
  path: string,
): Promise<{ status: number; body: Record<string, unknown> } | undefined> {
  try {
    const response = await client.get(path, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  } catch (error) {
    const { status, details } = error as { status?: number; details?: Record<string, unknown> };
    return status === undefined || details === undefined ? undefined : { status, body: details };
  }
}
