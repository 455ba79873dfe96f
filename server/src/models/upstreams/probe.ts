import { jsonIn } from '../../base/json-text.ts';
import type { Dispatcher } from 'undici';
import { KeywardError } from '../../base/errors.ts';
import { isObject } from '../../base/is-object.ts';
import { currentPermit } from '../../storage/index.ts';
import { ForbiddenAddressError } from '../../base/outbound/connections.ts';
import { codeOf, isTimeout } from '../call.ts';
import { collect, type Collected } from '../answer/collect.ts';
import type { Models } from '../models.ts';
import { readModelNames } from './model-list.ts';
import { isForChat } from '../request/paths.ts';
import { Target } from './target.ts';
import { findRow } from './upstream-store.ts';
import { known } from './upstreams.ts';

/** One step of a test; the first that fails is the last. */
interface ProbeStep {
  step: 'connect' | 'models' | 'chat';
  ok: boolean;
  took_ms: number;
  /** The result, or the next step; never a credential. */
  detail: string;
}

const ANSWER_MAX_BYTES = 4 * 1024 * 1024;
const STEP_TIMEOUT_MS = 30_000;
const DETAIL_MAX_CHARACTERS = 500;

/**
 * Tests an upstream: connects, lists its models, and asks the first chat model for one token.
 * @throws KeywardError `not_found`, `conflict` if its credential cannot be decrypted.
 */
export async function testUpstream(
  { storage, sealing, dispatcher, health }: Models,
  id: string,
): Promise<{ ok: boolean; steps: ProbeStep[] }> {
  const row = known(await findRow(storage.db, id), id);
  let target: Target;
  try {
    target = Target.fromRow(row, sealing);
  } catch (cause) {
    throw new KeywardError('conflict', 'Keyward cannot decrypt the credential of this upstream.', {
      hint: 'It was encrypted under another master key: set api_key and headers again.',
      cause,
    });
  }
  const steps = await new Probe(dispatcher, target).run();
  const ok = steps.every((step) => step.ok);
  health.tested(id, { ok, detail: (steps.find((step) => !step.ok) ?? steps.at(-1))?.detail ?? '' });
  return { ok, steps };
}

class Probe {
  readonly #dispatcher: Dispatcher;
  readonly #target: Target;
  readonly #steps: ProbeStep[] = [];

  constructor(dispatcher: Dispatcher, target: Target) {
    this.#dispatcher = dispatcher;
    this.#target = target;
  }

  async run(): Promise<ProbeStep[]> {
    const startedMs = performance.now();
    let list: Collected;
    try {
      list = await this.#request('GET', '/models', null);
    } catch (error) {
      this.#done('connect', startedMs, { ok: false, detail: networkDetail(error as Error, this.#target) });
      return this.#steps;
    }
    this.#done('connect', startedMs, { ok: true, detail: `${this.#target.origin} answers` });
    const models = this.#readList(list, startedMs);
    const chat = models.find(isForChat);
    if (this.#steps.every((step) => step.ok) && chat !== undefined) await this.#chat(chat);
    return this.#steps;
  }

  /** If the upstream has its own list of models, a failure of `/models` is only reported. */
  #readList({ status, body }: Collected, startedMs: number): string[] {
    const own = [...this.#target.models.values()];
    const done = (ok: boolean, detail: string) => this.#done('models', startedMs, { ok, detail });
    if (status === 200) {
      try {
        const names = readModelNames(body);
        const missing = own.find((name) => !names.includes(name));
        if (missing !== undefined) done(true, `it lists ${names.length} models, but not ${missing}`);
        else done(true, `it lists ${names.length} models`);
        return own.length > 0 ? own : names;
      } catch {
        done(own.length > 0, 'GET /models did not answer with a list; name the models in "models"');
        return own;
      }
    }
    const isRefused = status === 401 || status === 403 || (status >= 300 && status < 400);
    done(!isRefused && own.length > 0, this.#statusDetail('GET /models', status, body));
    return own;
  }

  async #chat(model: string): Promise<void> {
    const startedMs = performance.now();
    const messages = [{ role: 'user', content: 'Say ok.' }];
    try {
      let answer = await this.#request('POST', '/chat/completions', { model, messages, max_tokens: 1 });
      // Newer models of OpenAI refuse the old name.
      if (answer.status === 400 && answer.body.includes('max_completion_tokens')) {
        answer = await this.#request('POST', '/chat/completions', {
          model,
          messages,
          max_completion_tokens: 16,
        });
      }
      const ok = answer.status === 200;
      const what = `POST /chat/completions with ${model}`;
      const detail = ok ? `${model} answered` : this.#statusDetail(what, answer.status, answer.body);
      this.#done('chat', startedMs, { ok, detail });
    } catch (error) {
      this.#done('chat', startedMs, { ok: false, detail: networkDetail(error as Error, this.#target) });
    }
  }

  /** On the operator's credential, so not for a key that was revoked meanwhile. Guarded by left-work.test.ts. */
  async #request(method: 'GET' | 'POST', path: string, body: object | null): Promise<Collected> {
    const permit = currentPermit();
    await permit?.stands();
    return collect(this.#dispatcher, this.#target, {
      method,
      path,
      body: body === null ? null : Buffer.from(JSON.stringify(body)),
      maxBytes: ANSWER_MAX_BYTES,
      timeoutMs: Math.min(this.#target.timeoutMs, STEP_TIMEOUT_MS),
      signal: permit?.signal,
    });
  }

  #done(step: ProbeStep['step'], startedMs: number, { ok, detail }: { ok: boolean; detail: string }): void {
    const took_ms = Math.round((performance.now() - startedMs) * 10) / 10;
    // Cut after that: part of a credential would not be recognized.
    const safe = this.#target.scrubber.secrets(detail).slice(0, DETAIL_MAX_CHARACTERS);
    this.#steps.push({ step, ok, took_ms, detail: safe });
  }

  #statusDetail(what: string, status: number, body: Buffer): string {
    if (status === 401) return `${what} answered 401: the api_key is missing, wrong or revoked`;
    if (status >= 300 && status < 400) {
      return `${what} answered ${status}, a redirect, which is not followed; set base_url to its target`;
    }
    const hint = status === 404 ? '; check that base_url ends with the prefix of the API, such as /v1' : '';
    return `${what} answered ${status}${hint}${messageIn(body)}`;
  }
}

/** The upstream's own message, in the common shapes. */
function messageIn(body: Buffer): string {
  const answer = jsonIn(body.toString());
  if (!isObject(answer)) return '';
  const { error } = answer;
  const message = (isObject(error) ? error['message'] : error) ?? answer['message'] ?? answer['detail'];
  return typeof message === 'string' ? `: ${message}` : '';
}

const NETWORK_DETAILS: Record<string, string> = {
  ENOTFOUND: 'the host name cannot be resolved; check the spelling of base_url',
  EAI_AGAIN: 'the host name cannot be resolved at the moment; check the network and the DNS server',
  ECONNREFUSED: 'connection refused; check that the server runs and that the port is right',
  ECONNRESET: 'the connection was reset; check whether base_url needs https or http',
  UND_ERR_SOCKET: 'the connection was closed without an answer; check whether base_url needs https',
  EHOSTUNREACH: 'the host cannot be reached from here',
  ENETUNREACH: 'the network cannot be reached from here',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed; add it with NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate is self-signed; add it with NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; use http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS; use http://',
};

function networkDetail(error: Error, target: Target): string {
  if (error instanceof ForbiddenAddressError) {
    return 'the host name resolves to a link-local or cloud metadata address, which an upstream must not have';
  }
  if (isTimeout(error)) return `${target.origin} did not answer in time`;
  const code = codeOf(error);
  return `${target.origin}: ${NETWORK_DETAILS[code] ?? (code === '' ? 'the connection failed' : code)}`;
}
