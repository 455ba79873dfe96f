import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { toFile } from 'openai';
import type { Batch } from 'openai/resources/batches';
import type { TestServer } from '../../../test/server.ts';
import type { Behaviour } from '../../../test/upstream.ts';
import { chatAnswer, json } from '../../../test/upstream.ts';

const WAIT_MS = 30_000;
const POLL_MS = 20;

export interface ResultLine {
  id: string;
  custom_id: string;
  response: { status_code: number; request_id: string; body: Record<string, unknown> } | null;
  error: { code: string; message: string } | null;
}

/** The published client, with what tests of batches need. */
export class BatchClient {
  readonly client: OpenAI;
  readonly key: string;

  constructor({ url }: Pick<TestServer, 'url'>, key: string) {
    this.key = key;
    this.client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  }

  async upload(lines: readonly (object | string)[]): Promise<string> {
    const file = await toFile(Buffer.from(textOf(lines)), 'requests.jsonl');
    return (await this.client.files.create({ file, purpose: 'batch' })).id;
  }

  /** @param window such as `24h` */
  async start(lines: readonly (object | string)[], window = '24h', more: object = {}): Promise<Batch> {
    return this.client.batches.create({
      input_file_id: await this.upload(lines),
      endpoint: '/v1/chat/completions',
      completion_window: window as '24h',
      ...more,
    });
  }

  /** As soon as it is so. @throws when it does not become so */
  async until(id: string, isSo: (batch: Batch) => boolean): Promise<Batch> {
    const deadlineMs = performance.now() + WAIT_MS;
    for (;;) {
      const batch = await this.client.batches.retrieve(id);
      if (isSo(batch)) return batch;
      if (performance.now() > deadlineMs) throw new Error(`It did not become so: ${JSON.stringify(batch)}`);
      await sleep(POLL_MS);
    }
  }

  over(id: string): Promise<Batch> {
    return this.until(id, isOver);
  }

  async lines(fileId: string | undefined | null): Promise<ResultLine[]> {
    if (fileId === undefined || fileId === null) return [];
    const text = await (await this.client.files.content(fileId)).text();
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ResultLine);
  }

  /** The lines of both files of results. */
  async results(id: string): Promise<{ batch: Batch; outputs: ResultLine[]; errors: ResultLine[] }> {
    const batch = await this.over(id);
    const outputs = await this.lines(batch.output_file_id);
    return { batch, outputs, errors: await this.lines(batch.error_file_id) };
  }
}

export const isOver = ({ status }: Batch): boolean =>
  ['completed', 'failed', 'expired', 'cancelled'].includes(status);

const textOf = (lines: readonly (object | string)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

/** A line of an input file. */
export const requestLine = (customId: string, body: object = {}, more: object = {}) => ({
  custom_id: customId,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'gpt-test', messages: [{ role: 'user', content: customId }], ...body },
  ...more,
});

export const requestLines = (count: number, body: object = {}) =>
  Array.from({ length: count }, (_, index) => requestLine(`request-${index}`, body));

/** The error of a call; undefined: it succeeded. */
export const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );

/** Answers once `open` is called. */
export function gated(): { behaviour: Behaviour; open: () => void; waiting: () => number } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    behaviour: async (response, received) => {
      waiting++;
      await Promise.race([promise, received.aborted]);
      waiting--;
      if (!response.destroyed) await json(chatAnswer())(response, received);
    },
    open: resolve,
    waiting: () => waiting,
  };
}
