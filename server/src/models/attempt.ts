import { decoderFor } from '../base/decoders.ts';
import { KeywardError } from '../base/errors.ts';
import type { IncomingHttpHeaders } from 'node:http';
import { Answer } from './answer/answer.ts';
import type { Trial } from './upstreams/breaker.ts';
import { Call, isAnswerTimeout, isBeforeRequest, isOwnFault, type Flow, type Sink } from './call.ts';
import type { Route } from './upstreams/catalogue.ts';
import { Collector } from './answer/collect.ts';
import { CredentialSink } from './answer/credential-sink.ts';
import { DecodingSink } from './answer/decoding.ts';
import { retryAfterMs } from './answer/failure.ts';
import { failureSink } from './answer/failure-events.ts';
import type { ForwardContext, ForwardRequest } from './forward.ts';
import { answerHeaders, requestHeaders } from './upstreams/headers.ts';
import { Meter, UsageStripper } from './answer/meter.ts';
import { saysItsEnd } from './answer/stream-end.ts';
import type { StoredIds } from './responses/stored-ids.ts';
import { StoredIdsSink } from './responses/stored-ids-sink.ts';
import { boundFor } from './request/output-bound.ts';
import { asksForUsage, rewriteBody } from './request/request-body.ts';
import type { Scrub } from './upstreams/scrubber.ts';
import { SentText } from './request/sent-text.ts';
import type { Settlement } from './account/settlement.ts';
import { underPermit, type Permit } from '../storage/index.ts';
import { REMOTE_UPSTREAM, type RemoteModels } from './upstreams/remote-models.ts';

/** Of an error, which is held: the next upstream may answer, and secrets are removed first. */
const HELD_MAX_BYTES = 256 * 1024;
const HELD_MAX_MS = 2_000;
/** Statuses of a proxy before a model that is down or does not answer. */
const GATEWAY_FAILURES = new Set([502, 503, 504]);
/** About 16,000 tokens. */
const LARGE_MIN_BYTES = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);
const STREAM_USAGE_PATHS = new Set(['/chat/completions', '/completions']);

/** How one attempt ended. `held`: an error answer; the next upstream may do better. */
export type Outcome =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'held'; route: Route; status: number; headers: IncomingHttpHeaders; body: Buffer; isCut: boolean }
  | { kind: 'failed'; route: Route; error: Error }
  | { kind: 'none' };

interface AttemptOptions {
  context: ForwardContext;
  route: Route;
  request: ForwardRequest;
  settlement: Settlement;
  permit: Permit | undefined;
  trial: Trial;
  /** Asks for the usage of a stream, which the caller does not. */
  addsUsage: boolean;
}

/** Whether the usage of a stream comes only if Keyward asks for it. */
export const lacksUsage = ({ path, parsed }: ForwardRequest): boolean =>
  parsed !== undefined && parsed['stream'] === true && STREAM_USAGE_PATHS.has(path) && !asksForUsage(parsed);

/** The body for an upstream, with its own name for the model. */
function bodyFor(request: ForwardRequest, route: Route, includeUsage: boolean): Buffer | null {
  const { body, parsed, contentType } = request;
  const { upstreamModel } = route;
  if (contentType === undefined) return null;
  if (!Buffer.isBuffer(body)) return body.withModel(upstreamModel);
  if (parsed === undefined) throw new Error('A JSON body needs its parsed form.');
  return rewriteBody({ body, parsed, upstreamModel, includeUsage, bound: boundFor(request, route) });
}

export class Attempt {
  readonly #options: AttemptOptions;
  readonly #outcome = Promise.withResolvers<Outcome>();
  #call: Pick<Flow, 'abort'> | undefined;
  #answer: Answer | undefined;
  #meter: Meter | undefined;
  #scrub: Scrub | undefined;
  readonly #onAbort = (): void => this.#giveUp();

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** @returns how it ended; never rejects. */
  run(): Promise<Outcome> {
    const { route, request, trial, addsUsage } = this.#options;
    if (request.signal.aborted) this.#giveUp();
    else {
      request.signal.addEventListener('abort', this.#onAbort);
      try {
        this.#send(bodyFor(request, route, addsUsage));
      } catch (error) {
        trial.unknown();
        this.#settle({ kind: 'failed', route, error: error as Error });
      }
    }
    return this.#outcome.promise;
  }

  #send(body: Buffer | null): void {
    const { context, route, request, settlement } = this.#options;
    const { target } = route;
    if (context.remote !== undefined && target.id === REMOTE_UPSTREAM && body !== null)
      return this.#ask(context.remote, body);
    const { method, path } = request.to ?? { method: 'POST' as const, path: request.path };
    settlement.asked(route);
    this.#call = new Call(context.dispatcher, {
      origin: target.origin,
      path: `${target.basePath}${path}`,
      method,
      headers: requestHeaders(request.headers, target.headersFor(request.path), request),
      body,
      timeoutMs: target.timeoutMs,
      onHead: (status, headers, flow) => this.#onHead(status, headers, flow),
      onFailure: (error) => this.#onFailure(error),
    });
  }

  /** Health of workers is not known here: the queue finds one that is well. */
  #ask(remote: RemoteModels, body: Buffer): void {
    const { route, request, settlement, permit, trial } = this.#options;
    const { path, submitter, pricedFor, queueing } = request;
    if (submitter === undefined) throw needsKey(route);
    const call = remote.ask({
      path,
      body,
      submitter,
      permit,
      queueing,
      mustBeFree: pricedFor !== undefined,
      onStarted: () => {
        settlement.asked(route);
        this.#meter?.restart();
      },
      onHead: (status, headers, flow) => {
        trial.unknown();
        return this.#pass(status, headers, flow);
      },
      onFailure: (error) => {
        trial.unknown();
        this.#settle({ kind: 'failed', route, error });
      },
    });
    settlement.takes(call.took);
    this.#call = call;
  }

  #onHead(status: number, headers: IncomingHttpHeaders, flow: Flow): Sink {
    const { route } = this.#options;
    this.#judge(status, headers);
    if (status < 300) return this.#pass(status, headers, flow);
    this.#options.settlement.asked(undefined);
    const held = (body: Buffer, isCut: boolean): void =>
      this.#settle({ kind: 'held', route, status, headers, body, isCut });
    return new Collector({
      flow,
      maxBytes: HELD_MAX_BYTES,
      maxMs: HELD_MAX_MS,
      onDone: held,
      // The status is known, although the body is not.
      onFail: () => held(Buffer.alloc(0), true),
    });
  }

  /** What the status says about the upstream's health. One bad request may cause any 5xx except a gateway's. */
  #judge(status: number, headers: IncomingHttpHeaders): void {
    const { trial } = this.#options;
    if (status === 429) trial.busy(retryAfterMs(headers));
    else if (status < 500) trial.succeeded();
    else if (GATEWAY_FAILURES.has(status) && !this.#isLarge()) trial.suspected();
    else trial.doubted();
  }

  /** A large request may be the cause of a failure. */
  #isLarge(): boolean {
    const { body } = this.#options.request;
    return !Buffer.isBuffer(body) || body.length > LARGE_MIN_BYTES;
  }

  #pass(status: number, headers: IncomingHttpHeaders, flow: Flow): Sink {
    const { context, request, route, settlement, addsUsage } = this.#options;
    const isEventStream = /^text\/event-stream\b/i.test(headers['content-type'] ?? '');
    const strips = isEventStream && status === 200 && addsUsage;
    const meter = strips ? new UsageStripper() : new Meter();
    this.#meter = meter;
    const decoder = decoderFor(headers['content-encoding']);
    const onward: Flow = { resume: () => (decoding ?? flow).resume(), abort: () => flow.abort() };
    const answer = new Answer({
      status,
      headers: answerHeaders(headers, strips || decoder !== undefined),
      route,
      settlement,
      meter,
      isEventStream,
      saysItsEnd: isEventStream && status === 200 && saysItsEnd(request.path),
      path: request.path,
      flow: onward,
      onEnding: (ending, error) => {
        request.signal.removeEventListener('abort', this.#onAbort);
        if (ending === 'upstream_error' || ending === 'timeout') {
          context.logger.warn(
            { err: error, upstream: route.target.id },
            'an upstream ended its answer too early',
          );
        }
        // A caller that leaves also pays for bytes that were not passed on yet.
        if (ending === 'client_gone') meter.push(Buffer.concat([keeper?.held ?? NOTHING, holding.held]));
        keeper?.drop();
      },
    });
    const { credentials } = route.target;
    const keeper = this.#keeper(answer, isEventStream, onward);
    const inner = keeper ?? answer;
    const guarded = credentials.length === 0 ? inner : new CredentialSink(inner, credentials);
    const holding = failureSink(guarded, {
      contentType: headers['content-type'] ?? '',
      length: decoder === undefined ? lengthOf(headers) : undefined,
      scrub: () => (this.#scrub ??= route.target.scrubber.forCaller(new SentText(request))),
    });
    const decoding = decoder === undefined ? undefined : new DecodingSink(decoder, holding, flow);
    this.#answer = answer;
    this.#settle({ kind: 'answer', answer });
    return decoding ?? holding;
  }

  /** Holds back an answer that the upstream stores until it is known whose it is. */
  #keeper(answer: Answer, isEventStream: boolean, flow: Flow): StoredIdsSink | undefined {
    const { context, request, route, permit } = this.#options;
    const { stores } = request;
    if (stores === undefined) return undefined;
    const { ownerId, keyId, isBackground, known } = stores;
    const whose = { owner_id: ownerId, key_id: keyId, model: route.name, upstream_id: route.target.id };
    const remember = (ids: StoredIds): Promise<void> => {
      const isRead = known !== undefined;
      const write = () => context.responses.remember(ids, { ...whose, isBackground, isRead });
      return permit === undefined ? write() : underPermit(permit, write);
    };
    return new StoredIdsSink(answer, { isEventStream, flow, remember, known });
  }

  #onFailure(error: Error): void {
    const { context, route, trial, settlement } = this.#options;
    if (!isAnswerTimeout(error)) settlement.asked(undefined);
    if (isOwnFault(error)) trial.unknown();
    else if (isBeforeRequest(error)) trial.failed();
    else if (this.#isLarge()) trial.doubted();
    else trial.suspected();
    context.logger.warn({ err: error, upstream: route.target.id }, 'an upstream could not be reached');
    this.#settle({ kind: 'failed', route, error });
  }

  /**
   * The caller left. A method, not a closure that replaces another: with that, requests kept each other alive until the next full
   * garbage collection, and each minor collection took 25 ms instead of 2.
   */
  #giveUp(): void {
    if (this.#answer !== undefined) return this.#answer.abandon();
    const { route, trial } = this.#options;
    trial.unknown();
    this.#call?.abort();
    this.#settle({ kind: 'failed', route, error: new Error('The client disconnected.') });
  }

  #settle(outcome: Outcome): void {
    if (outcome.kind !== 'answer') this.#options.request.signal.removeEventListener('abort', this.#onAbort);
    this.#outcome.resolve(outcome);
  }
}

/** A session or the server itself has no key that a job could be submitted with. */
export const needsKey = ({ name }: Pick<Route, 'name'>): KeywardError =>
  new KeywardError(
    'forbidden_resource',
    `The model ${JSON.stringify(name)} is served by workers, which work for keys only.`,
    {
      hint: 'Ask with a key, or choose a model of an upstream.',
    },
  );

function lengthOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text === undefined ? undefined : Number(text);
}
