import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { startServerProcess } from '../../../test/server-processes.ts';
import type { TestServer } from '../../../test/server.ts';
import { nowMs, type Opening, type Seen } from '../../../test/stream-readers.ts';

interface Round {
  keyId: string;
  stream: Seen;
  /** When the revocation was acknowledged. */
  acknowledgedMs: number;
  /** Of the whole request. */
  tookMs: number;
  /** What it says that it waited for all nodes. */
  waitedMs: number;
  requestsEnded: number;
}

export interface Rounds {
  rounds: Round[];
  /** How many requests the usage report counts for each key. */
  counted: () => Promise<number[]>;
}

interface Revoked {
  acknowledged: { requests_ended: number; waited_ms: number };
}

function startWorker(name: string): Worker {
  const worker = new Worker(new URL(`../../../test/${name}.ts`, import.meta.url));
  onTestFinished(async () => {
    await worker.terminate();
  });
  return worker;
}

async function reply<T>(worker: Worker): Promise<T> {
  const [message] = (await once(worker, 'message')) as [T];
  return message;
}

/**
 * Opens a stream of a key of its own for each, half of them on each of two processes, and revokes one key after the other,
 * on the one process and the other in turn. The server of the test stops: it makes what the two begin with.
 */
export async function revokeStreams(server: TestServer, streams: number): Promise<Rounds> {
  const base_url = await reply<string>(startWorker('numbered-upstream'));
  await server.request('POST', '/v1/upstreams', { body: { name: 'numbers', base_url } });
  const keys = [];
  for (let i = 0; i < streams; i++) keys.push(await server.mint({ scopes: ['models:use'] }));
  await server.stop();
  const processes = [
    await startServerProcess(server.environment),
    await startServerProcess(server.environment),
  ];
  const url = (i: number): string => processes[i % 2]?.url ?? '';
  const headers = { authorization: `Bearer ${server.adminKey}` };
  const readers = startWorker('stream-readers');
  for (const [i, { secret }] of keys.entries()) {
    readers.postMessage({ url: url(i), secret } satisfies Opening);
    await reply(readers);
  }
  const revoked: Omit<Round, 'stream'>[] = [];
  for (const [i, { id: keyId }] of keys.entries()) {
    const startedMs = nowMs();
    const path = `${url(Math.floor(i / 2))}/v1/keys/${keyId}/revoke`;
    const answer = await fetch(path, { method: 'POST', headers });
    const acknowledgedMs = nowMs();
    const { acknowledged } = (await answer.json()) as Revoked;
    const { requests_ended: requestsEnded, waited_ms: waitedMs } = acknowledged;
    revoked.push({ keyId, acknowledgedMs, tookMs: acknowledgedMs - startedMs, waitedMs, requestsEnded });
  }
  readers.postMessage(null);
  const seen = await reply<Seen[]>(readers);
  const rounds = revoked.map((round, i) => ({ ...round, stream: seen[i] ?? { lastSentMs: 0, text: '' } }));
  const countOf = async (keyId: string): Promise<number> => {
    const answer = await fetch(`${url(0)}/v1/keys/${keyId}/usage`, { headers });
    const { items } = (await answer.json()) as { items: { requests: number }[] };
    return items.reduce((sum, { requests }) => sum + requests, 0);
  };
  const counted = async (): Promise<number[]> => {
    const counts: number[] = [];
    for (const { keyId } of rounds) counts.push(await countOf(keyId));
    return counts;
  };
  return { rounds, counted };
}
