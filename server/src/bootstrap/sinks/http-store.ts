import { setTimeout as sleep } from 'node:timers/promises';
import { Gate } from '../../base/gate.ts';
import { isUntrusted } from '../../base/outbound/failures.ts';
import type { HttpCall } from '../calls/call-spec.ts';
import { HttpCalls, type Answer } from '../calls/http-calls.ts';
import { textAt, type Values } from '../calls/templates.ts';
import type { Item, ItemStore } from './item-sink.ts';
import { SinkError } from './sink.ts';
import type { HttpSinkSpec } from './store-specs.ts';

const AT_ONCE = 8;
const ATTEMPTS_MAX = 4;
const FIRST_WAIT_MS = 200;
const PASSING = new Set([500, 502, 503, 504]);

export interface HttpStoreOptions {
  /** Its name in the manifest. */
  name: string;
  /** Of the administrator, by the names that the requests use. */
  secrets: Values;
  /** PEM of certificate authorities. @default those of the system */
  ca?: string | undefined;
}

/** A store behind an HTTP API. The value goes in bodies alone: addresses stand in logs. */
export class HttpStore implements ItemStore {
  readonly comparesVersions: boolean;
  readonly #spec: HttpSinkSpec;
  readonly #name: string;
  readonly #calls: HttpCalls;
  readonly #gate = new Gate(AT_ONCE);

  constructor(spec: HttpSinkSpec, { name, secrets, ca }: HttpStoreOptions) {
    this.comparesVersions = spec.compare === 'version';
    this.#spec = spec;
    this.#name = name;
    const { url, headers, login } = spec;
    const fail = (fault: 'refused' | 'unavailable', message: string, cause?: unknown): SinkError => {
      const isCertificate = isUntrusted((cause as { code?: string } | undefined)?.code ?? '');
      const next = isCertificate ? ` Give its certificate authority as sinks.${name}.ca_file.` : '';
      return new SinkError(fault, message + next, { cause });
    };
    this.#calls = new HttpCalls({ url, headers, login, secrets, ca, fail });
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  async read(name: string): Promise<Item | undefined> {
    const { read } = this.#spec;
    const call: HttpCall = { method: 'GET', ...read };
    const answer = await this.#patiently(call, { name });
    if (isAnswered(read.absent ?? { status: [404] }, answer)) return undefined;
    const { body, text, etag } = this.#calls.good(call, `read ${name}`, answer);
    const value = read.value === undefined ? text.replace(/\r?\n$/, '') : textAt(body, read.value);
    if (value === '') throw this.#lacks('value', read.value ?? 'its body');
    if (read.version === undefined) return { value, version: '' };
    const version = read.version === 'etag' ? etag : textAt(body, read.version);
    if (version === '') throw this.#lacks('version', read.version);
    return { value, version };
  }

  async write(
    name: string,
    value: string,
    replaced: Item | undefined,
  ): Promise<'written' | 'changed' | SinkError> {
    const { create, write } = this.#spec;
    const isNew = replaced === undefined && create !== undefined;
    const call = { method: isNew ? 'POST' : 'PUT', ...(isNew ? create : write) } as const;
    try {
      const answer = await this.#patiently(call, { name, value, version: replaced?.version ?? '' });
      if (call.changed !== undefined && isAnswered(call.changed, answer)) return 'changed';
      this.#calls.good(call, `${isNew ? 'create' : 'write'} ${name}`, answer);
      return 'written';
    } catch (error) {
      if (error instanceof SinkError) return error;
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    const call: HttpCall = { method: 'DELETE', ...this.#spec.remove };
    const answer = await this.#patiently(call, { name });
    if (answer.status !== 404) this.#calls.good(call, `remove ${name}`, answer);
  }

  stop(): Promise<void> {
    return this.#calls.stop();
  }

  /** After 429 nothing was done. After no answer or 5xx only a read is sent again. */
  async #patiently(call: HttpCall, values: Values): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === ATTEMPTS_MAX;
      try {
        const answer = await this.#gate.run(() => this.#calls.asAdministrator(call, values));
        const isLater = answer.status === 429 || (call.method === 'GET' && PASSING.has(answer.status));
        if (!isLater || isLast) return answer;
      } catch (error) {
        const isPassing = error instanceof SinkError && error.fault === 'unavailable';
        if (!isPassing || call.method !== 'GET' || isLast) throw error;
      }
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  }

  #lacks(what: 'value' | 'version', where: string): SinkError {
    return new SinkError(
      'refused',
      `The answer of ${this.#calls.origin} has no ${what} at ${where}. Correct sinks.${this.#name}.read.${what}.`,
    );
  }
}

const isAnswered = ({ status, body }: NonNullable<HttpSinkSpec['read']['absent']>, answer: Answer): boolean =>
  status.includes(answer.status) && (body === undefined || new RegExp(body, 'u').test(answer.text));
