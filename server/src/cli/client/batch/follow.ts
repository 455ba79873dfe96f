import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import type { Context } from '../../command.ts';
import { CliError, EXIT } from '../../exit.ts';
import { isStream } from '../../files.ts';
import { write } from '../../io.ts';
import { Wait } from '../../wait/wait.ts';

export type Batch = components['schemas']['Batch'];

const FIRST_POLL_MS = 200;
const POLL_MAX_MS = 5_000;
const OVER: string[] = ['completed', 'failed', 'expired', 'cancelled'];

export const isOver = ({ status }: Batch): boolean => OVER.includes(status);

/** All of its requests have an answer. */
export const isWhole = ({ status, request_counts: counts }: Batch): boolean =>
  status === 'completed' && counts.failed === 0;

export const batchOf = (client: KeywardClient, id: string): Promise<Batch> =>
  unwrap(client.GET('/v1/batches/{id}', { params: { path: { id } } }));

/** Waits for its end, with a bar on the terminal. */
export function waitForBatch(client: KeywardClient, { io }: Context, id: string): Promise<Batch> {
  const wait = new Wait(io, {
    id,
    again: `client batch-status ${id} --wait`,
    cancel: `client batch-cancel ${id}`,
  });
  return wait.until(async () => {
    for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(pauseMs * 1.5, POLL_MAX_MS)) {
      const batch = await wait.ask(() => batchOf(client, id));
      if (isOver(batch)) return batch;
      const { total, completed, failed } = batch.request_counts;
      const done = completed + failed;
      const words = `${id}: ${batch.status.replace('_', ' ')}, ${done} of ${total}, ${failed} failed`;
      wait.say(words, total === 0 ? undefined : Math.floor((done / total) * 100));
      await sleep(pauseMs, undefined, { signal: io.interrupted });
    }
  });
}

/** The lines of its results: those with an answer first, then those without. */
async function* resultsOf(client: KeywardClient, batch: Batch): AsyncGenerator<Uint8Array> {
  for (const id of [batch.output_file_id, batch.error_file_id]) {
    if (id === null) continue;
    const { body } = await client.get(`/v1/files/${id}/content`);
    if (body !== null) yield* body as unknown as AsyncIterable<Uint8Array>;
  }
}

/** To a file that is whole or not there, or to stdout. */
export async function writeResults(
  client: KeywardClient,
  { io }: Context,
  { batch, path }: { batch: Batch; path: string | undefined },
): Promise<void> {
  if (path === undefined || isStream(path)) {
    const text = new TextDecoder();
    for await (const piece of resultsOf(client, batch)) await write(io, text.decode(piece, { stream: true }));
    return;
  }
  const draft = `${path}.part`;
  try {
    const file = createWriteStream(draft);
    await once(file, 'open');
    for await (const piece of resultsOf(client, batch)) if (!file.write(piece)) await once(file, 'drain');
    file.end();
    await once(file, 'close');
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new CliError(`${path} cannot be written: ${code ?? 'unknown'}.`, {
      exitCode: EXIT.usage,
      hint: `The results are kept at the server.`,
      example: `keyward client batch-result ${batch.id} --output-file results.jsonl`,
    });
  }
}

/** For people: what it came to, and the first lines that are wrong. */
export function batchText(batch: Batch): string {
  const { total, completed, failed } = batch.request_counts;
  const head = `${batch.id}: ${batch.status}, ${completed} of ${total} answered, ${failed} failed`;
  const errors = batch.errors?.data ?? [];
  const lines = errors.map(({ line, message }) => `${line === null ? '' : `line ${line}: `}${message}`);
  return [head, ...lines].join('\n');
}
