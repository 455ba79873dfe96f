import { readEvents, unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import type { Context } from '../command.ts';
import { say, write } from '../io.ts';
import { BrokenOff, Wait } from '../wait/wait.ts';

type Job = components['schemas']['Job'];
type JobResult = components['schemas']['JobResult'];

/** A long poll; below the time-outs of proxies. */
const WAIT_SECONDS = 25;

const FINAL: string[] = ['COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED'];

const waitFor = (io: Context['io'], id: string): Wait =>
  new Wait(io, { id, again: `client result ${id} --wait`, cancel: `client cancel ${id}` });

/** Waits for the end of a job, with its state on the terminal. */
export function waitForResult(client: KeywardClient, { io }: Context, id: string): Promise<JobResult> {
  const wait = waitFor(io, id);
  const signal = io.interrupted;
  const path = { id };
  const jobAfter = (query: { wait?: number }): Promise<Job> =>
    wait.ask(() => unwrap(client.GET('/v1/jobs/{id}', { params: { path, query }, signal })));
  return wait.until(async () => {
    // Shown at once; a long poll answers at the end only.
    let job = await jobAfter({});
    while (!FINAL.includes(job.state)) {
      wait.say(`${id}: ${wordsOf(job)}`);
      job = await jobAfter({ wait: WAIT_SECONDS });
    }
    return wait.ask(() => unwrap(client.GET('/v1/jobs/{id}/result', { params: { path }, signal })));
  });
}

function wordsOf({ state, attempt, queue_position: position, waiting }: Job): string {
  if (state === 'RUNNING') return attempt > 1 ? `running, attempt ${attempt}` : 'running';
  const place = position === null ? '' : `, place ${position} in the queue`;
  return `waiting${place} (${waiting?.reason.replaceAll('_', ' ') ?? 'in queue'})`;
}

/** Prints the output as it comes. @param isText false: prints nothing */
export function followJob(
  client: KeywardClient,
  { io }: Context,
  { id, isText }: { id: string; isText: boolean },
): Promise<JobResult> {
  const wait = waitFor(io, id);
  const signal = io.interrupted;
  const path = { id };
  const written = new WrittenOutput(io, wait, isText);
  let lastEventId: string | undefined;
  /** Until the job is over. @throws BrokenOff */
  const readOn = async (): Promise<void> => {
    const header = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const params = { path, header };
    const stream = client.GET('/v1/jobs/{id}/events', { params, parseAs: 'stream', signal });
    for await (const { event, data, id: eventId } of readEvents(await unwrap(stream))) {
      lastEventId = eventId ?? lastEventId;
      const value = jsonIn(data);
      if (!isObject(value)) continue;
      if (event === 'output') await written.add(textOf(value['output']));
      if (event === 'reset') await written.void();
      if (event !== 'state') continue;
      if (FINAL.includes(String(value['state']))) return;
      wait.say(`${id}: ${wordsOf(await unwrap(client.GET('/v1/jobs/{id}', { params: { path }, signal })))}`);
    }
    throw new BrokenOff('The events of the job broke off.');
  };
  return wait.until(async () => {
    await wait.ask(readOn);
    const result = await wait.ask(() =>
      unwrap(client.GET('/v1/jobs/{id}/result', { params: { path }, signal })),
    );
    await written.end(result);
    return result;
  });
}

/** The output of a job on the screen. */
class WrittenOutput {
  readonly #io: Context['io'];
  readonly #wait: Wait;
  readonly #isText: boolean;
  #written = '';

  constructor(io: Context['io'], wait: Wait, isText: boolean) {
    this.#io = io;
    this.#wait = wait;
    this.#isText = isText;
  }

  async add(text: string): Promise<void> {
    if (!this.#isText || text === '') return;
    this.#wait.hush();
    this.#written += text;
    await write(this.#io, text);
  }

  /** Another worker begins anew. */
  async void(): Promise<void> {
    if (this.#written === '') return;
    this.#written = '';
    await write(this.#io, '\n');
    say(this.#io, 'The worker was lost: another one begins anew.');
  }

  async end(result: JobResult): Promise<void> {
    if (this.#written !== '' && !this.#written.endsWith('\n')) await write(this.#io, '\n');
    // A worker that does not stream has written nothing yet.
    if (this.#isText && this.#written === '' && result.state === 'COMPLETED')
      await write(this.#io, `${resultText(result)}\n`);
  }
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
