import { readFileSync } from 'node:fs';
import type { Answer, TestServer } from '../../server/test/server.ts';
import { FILES } from './files.ts';
import { eventMismatches, mismatches, type Shape } from './shape.ts';

interface FormFile {
  name: string;
  type: string;
  /** Of `FILES`. */
  content: string;
}

/** One request and its expected answer. `{name}` in it stands for a value of an earlier answer. */
export interface Step {
  /** The number of the pair in the recording. */
  pair: number;
  request: string;
  body?: unknown;
  form?: Record<string, string | FormFile>;
  /** The credential: left out, the key; else a kept value, as a session; or none. */
  as?: string;
  headers?: Record<string, string>;
  status: number;
  type: string | null;
  answer?: Shape;
  events?: Shape[];
  /** Values of the answer for later requests, by a path such as `documents.0.location`. */
  keep?: Record<string, string>;
  /** The number of the deviation that the answer follows instead of the recording. */
  deviation?: number;
  note?: string;
}

export const stepsOf = (recording: string): Step[] =>
  JSON.parse(readFileSync(new URL(`${recording}.json`, import.meta.url), 'utf8')) as Step[];

/** Replays the steps of a recording against a running server, in order: they depend on one another. */
export class Scenario {
  readonly kept: Record<string, string>;
  readonly #server: TestServer;

  constructor(server: TestServer, kept: Record<string, string>) {
    this.#server = server;
    this.kept = kept;
  }

  /** @returns the differences of the answer from the expected one. */
  async play(step: Step): Promise<string[]> {
    const answer = await this.#ask(step);
    const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? null;
    if (answer.status !== step.status || type !== step.type)
      return [`is ${answer.status} ${type}, not ${step.status} ${step.type}: ${answer.text.slice(0, 500)}`];
    // Lines of JSON are one text; other JSON is parsed already.
    const value = typeof answer.body === 'object' ? answer.body : answer.text;
    for (const [name, path] of Object.entries(step.keep ?? {})) this.kept[name] = String(at(value, path));
    if (step.events !== undefined) return eventMismatches(step.events, eventsIn(answer.text));
    return step.answer === undefined ? [] : mismatches(step.answer, value);
  }

  #ask(step: Step): Promise<Answer<unknown>> {
    const [method = '', path = ''] = this.#fill(step.request).split(' ');
    const { as, headers = {}, body } = step;
    const key = as === undefined ? (this.kept['key'] ?? '') : as === 'nobody' ? null : (this.kept[as] ?? '');
    return this.#server.request(method, `${path.startsWith('/v1/') ? '/api' : ''}${path}`, {
      key,
      headers,
      ...(body === undefined ? {} : { body: JSON.parse(this.#fill(JSON.stringify(body))) as unknown }),
      ...(step.form === undefined ? {} : { body: this.#form(step.form) }),
    });
  }

  /** `{name:last}` is the text after the last slash. */
  #fill(text: string): string {
    return text.replaceAll(/\{(\w+)(:last)?\}/g, (whole, name: string, last?: string) => {
      const value = this.kept[name];
      if (value === undefined) return whole;
      return last === undefined ? value : (value.split('/').at(-1) ?? '');
    });
  }

  #form(fields: NonNullable<Step['form']>): FormData {
    const form = new FormData();
    for (const [name, field] of Object.entries(fields)) {
      if (typeof field === 'string') form.set(name, this.#fill(field));
      else form.set(name, new File([FILES[field.content] ?? ''], field.name, { type: field.type }));
    }
    return form;
  }
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value);

/** @throws for an invalid stream of events: clients need one line of data each, with an empty line between. */
function eventsIn(text: string): unknown[] {
  if (!/^(?:data: [^\n]*\n\n)*$/.test(text)) throw new Error(`is no stream of events: ${text.slice(0, 500)}`);
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) =>
    data === '[DONE]' ? data : (JSON.parse(data) as unknown),
  );
}
