import { readEvents, unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import type { Context } from '../command.ts';
import { say, write } from '../io.ts';
import { Progress } from '../progress.ts';

type Job = components['schemas']['Job'];
type JobResult = components['schemas']['JobResult'];

/** A long poll; below the time-outs of proxies. */
const WAIT_SECONDS = 25;

const FINAL: string[] = ['COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED'];

/** Waits for the end of a job, with its state on the terminal. */
export async function waitForResult(client: KeywardClient, { io }: Context, id: string): Promise<JobResult> {
  const progress = new Progress(io);
  const signal = io.interrupted;
  const path = { id };
  try {
    // Shown at once; a long poll answers at the end only.
    let job = await unwrap(client.GET('/v1/jobs/{id}', { params: { path }, signal }));
    while (!FINAL.includes(job.state)) {
      progress.say(`${id}: ${wordsOf(job)}`);
      job = await unwrap(
        client.GET('/v1/jobs/{id}', { params: { path, query: { wait: WAIT_SECONDS } }, signal }),
      );
    }
  } finally {
    progress.end();
  }
  return unwrap(client.GET('/v1/jobs/{id}/result', { params: { path }, signal }));
}

function wordsOf({ state, attempt, queue_position: position, waiting }: Job): string {
  if (state === 'RUNNING') return attempt > 1 ? `running, attempt ${attempt}` : 'running';
  const place = position === null ? '' : `, place ${position} in the queue`;
  return `waiting${place} (${waiting?.reason.replaceAll('_', ' ') ?? 'in queue'})`;
}

/** Prints the output as it comes. @param isText false: prints nothing */
export async function followJob(
  client: KeywardClient,
  { io }: Context,
  { id, isText }: { id: string; isText: boolean },
): Promise<JobResult> {
  const signal = io.interrupted;
  const response = await client.get(`/v1/jobs/${id}/events`, { signal });
  let written = '';
  for await (const { event, data } of readEvents(response.body)) {
    const value = jsonIn(data);
    if (!isText || !isObject(value)) continue;
    if (event === 'output') {
      const text = textOf(value['output']);
      written += text;
      await write(io, text);
    }
    if (event === 'reset' && written !== '') {
      written = '';
      await write(io, '\n');
      say(io, 'The worker was lost: another one begins anew.');
    }
  }
  if (written !== '' && !written.endsWith('\n')) await write(io, '\n');
  const result = await unwrap(client.GET('/v1/jobs/{id}/result', { params: { path: { id } }, signal }));
  // A worker that does not stream has written nothing yet.
  if (isText && written === '' && result.state === 'COMPLETED') await write(io, `${resultText(result)}\n`);
  return result;
}

/** The text of a piece: {"text"}, or a chunk of the OpenAI API. */
function textOf(piece: unknown): string {
  if (!isObject(piece)) return typeof piece === 'string' ? piece : '';
  if (typeof piece['text'] === 'string') return piece['text'];
  const choices = Array.isArray(piece['choices']) ? (piece['choices'] as unknown[]) : [];
  const [choice] = choices;
  const delta = isObject(choice) && isObject(choice['delta']) ? choice['delta'] : {};
  return typeof delta['content'] === 'string' ? delta['content'] : '';
}

/** A result for people: its text, or what went wrong. */
export function resultText({ state, error, result }: JobResult): string {
  if (state !== 'COMPLETED') return `${state}: ${error?.message ?? error?.code ?? 'no reason was given'}`;
  return answerIn(result) ?? JSON.stringify(result, null, 2);
}

function answerIn(result: unknown): string | undefined {
  if (!isObject(result)) return typeof result === 'string' ? result : undefined;
  if (typeof result['output'] === 'string') return result['output'];
  const choices = Array.isArray(result['choices']) ? (result['choices'] as unknown[]) : [];
  const [choice] = choices;
  const message = isObject(choice) && isObject(choice['message']) ? choice['message'] : {};
  return typeof message['content'] === 'string' ? message['content'] : undefined;
}
