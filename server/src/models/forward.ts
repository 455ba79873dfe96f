import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { NameSelector } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Permit } from '../storage/index.ts';
import type { Answer } from './answer/answer.ts';
import { Attempt, lacksUsage, needsKey, type Outcome } from './attempt.ts';
import type { Breakers, Trial } from './upstreams/breaker.ts';
import type { StreamUsage } from './upstreams/stream-usage.ts';
import {
  REMOTE_UPSTREAM,
  type Queueing,
  type RemoteModels,
  type Submitter,
} from './upstreams/remote-models.ts';
import type { Route } from './upstreams/catalogue.ts';
import type { OpenOutput } from './request/estimate.ts';
import type { ModelForm } from './request/model-form.ts';
import { failureOf, isPassable, isRetryable, replay } from './answer/failure.ts';
import type { RequestBody } from './request/request-members.ts';
import type { StoredResponses } from './responses/stored-responses.ts';
import type { Settlement, UsageReport } from './account/settlement.ts';

const ATTEMPTS_MAX = 4;
const BACKOFF_MS = 25;
const BACKOFF_MAX_MS = 400;

/** Tells when a caller leaves; an AbortSignal fits. */
export interface SignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Whose the ids are that an answer names. */
export interface Stores {
  ownerId: string;
  keyId: string;
  isBackground: boolean;
  /** The answer is about a response whose id was written down before. */
  known?: string | undefined;
}

export interface Destination {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the base URL, with its query. */
  path: string;
}

export interface ForwardRequest {
  /** Below the base URL, such as `/chat/completions`. */
  path: string;
  /** As the caller named it, plain or `upstream/name`. */
  model: string;
  /** JSON as received, or a form. */
  body: Buffer | ModelForm;
  /** The parsed body, if it is JSON. */
  parsed?: RequestBody | undefined;
  /** Not the caller's: with another charset an upstream could read other members in the same bytes. undefined: no body. */
  contentType: string | undefined;
  /** Where it goes instead of POST to `path`. */
  to?: Destination | undefined;
  /** The upstream stores what the answer names, and its ids are written down for this owner. */
  stores?: Stores | undefined;
  /** The caller's; credentials, cookies and hop-by-hop headers are removed. */
  headers: IncomingHttpHeaders;
  /** Aborted when the caller leaves; ends the request at the upstream. */
  signal: SignalLike;
  /** @default that of the current request */
  permit?: Permit | undefined;
  /** Of the caller's key: upstreams outside it are not used. */
  selector?: NameSelector | undefined;
  /** Money is counted: upstreams without a price for this path are not used. */
  pricedFor?: string | undefined;
  /** The reservation for an answer that the request does not bound. */
  openOutput?: OpenOutput | undefined;
  /** All keys of an owner are one caller of upstreams. @default this server itself */
  callerId?: string;
  /** Whose job it becomes at a worker; undefined: only upstreams can have it. */
  submitter?: Submitter | undefined;
  /** Its place in the queue of workers, and how long it may wait there. @default that of a caller who waits for the answer */
  queueing?: Queueing | undefined;
  /** Called exactly once, also when `forward` throws. */
  onUsage?: (report: UsageReport) => void;
}

export interface ForwardContext {
  dispatcher: Dispatcher;
  remote?: RemoteModels | undefined;
  breakers: Breakers;
  streamUsage: StreamUsage;
  responses: Pick<StoredResponses, 'remember'>;
  logger: Logger;
}

export interface Exchange {
  request: ForwardRequest;
  /** Settled by the answer's end; by the caller of `forwardTo` when it throws. */
  settlement: Settlement;
  /** Of the request, or of the one that it is a part of. */
  permit?: Permit | undefined;
}

/**
 * Sends a request to the first of `routes` that answers. Connection errors, timeouts, 429 and 5xx go to the next one,
 * at most four attempts; nothing is repeated after the first byte.
 * @param routes in the order to try; not empty.
 * @throws KeywardError `upstream_unavailable` or `upstream_timeout` where there is no answer to pass on.
 */
export async function forwardTo(
  context: ForwardContext,
  routes: readonly Route[],
  exchange: Exchange,
): Promise<Answer> {
  const { request, settlement } = exchange;
  const { callerId = '' } = request;
  let attempts = 0;
  let last: Outcome = { kind: 'none' };
  for (const route of routes) {
    if (attempts === ATTEMPTS_MAX) break;
    if (attempts > 0) {
      if (context.breakers.isOpen(route.line, callerId)) continue;
      await backOff(attempts, request.signal);
    }
    // Entered last: every trial needs an outcome.
    const trial = context.breakers.enter(route.line, callerId);
    if (trial === undefined) continue;
    attempts++;
    const outcome = await ask(context, route, { exchange, trial });
    if (outcome.kind === 'answer') return outcome.answer;
    if (request.signal.aborted) throw clientGone();
    if (outcome.kind === 'held' && !isRetryable(outcome.status))
      return replay(outcome, { request, settlement });
    // An upstream's own error says more than a later failure to connect.
    if (outcome.kind === 'held' || last.kind !== 'held') last = outcome;
  }
  if (last.kind === 'held' && isPassable(last.status)) return replay(last, { request, settlement });
  throw failureOf(last, { routes, breakers: context.breakers, callerId });
}

/**
 * Refuses a request that no route would take now, without counting as one.
 * @param routes not empty
 * @throws KeywardError `forbidden_resource` where workers alone have the model, which work for keys only; `upstream_unavailable`
 */
export function refuseHopeless(
  routes: readonly Route[],
  {
    breakers,
    callerId,
    submitter,
  }: Pick<ForwardRequest, 'submitter'> & { breakers: Breakers; callerId: string },
): void {
  const usable = routes.filter(({ target }) => submitter !== undefined || target.id !== REMOTE_UPSTREAM);
  const [first] = routes;
  if (usable.length === 0 && first !== undefined) throw needsKey(first);
  if (usable.every(({ line }) => breakers.retryInMs(line, callerId) > 0))
    throw failureOf({ kind: 'none' }, { routes: usable, breakers, callerId });
}

/**
 * Asks for the usage of a stream whose caller does not. An upstream that refuses the request for that gets it once more as the caller
 * sent it, and Keyward counts the tokens.
 */
async function ask(
  context: ForwardContext,
  route: Route,
  { exchange, trial }: { exchange: Exchange; trial: Trial },
): Promise<Outcome> {
  const { breakers, streamUsage } = context;
  const { request, settlement, permit } = exchange;
  const { line } = route;
  const options = { context, route, request, settlement, permit };
  const addsUsage = lacksUsage(request) && !streamUsage.isForbidden(line);
  const outcome = await new Attempt({ ...options, trial, addsUsage }).run();
  if (!addsUsage) return outcome;
  if (outcome.kind === 'answer') streamUsage.accepted(line);
  if (outcome.kind !== 'held' || request.signal.aborted || !streamUsage.mayBeCause(line, outcome))
    return outcome;
  const again = breakers.enter(line, request.callerId ?? '');
  if (again === undefined) return outcome;
  const plain = await new Attempt({ ...options, trial: again, addsUsage: false }).run();
  if (plain.kind === 'answer') streamUsage.forbidden(line);
  return plain;
}

/** With full jitter: callers that failed together do not retry together. */
async function backOff(attempts: number, signal: SignalLike): Promise<void> {
  const limitMs = Math.min(BACKOFF_MS * 2 ** (attempts - 1), BACKOFF_MAX_MS);
  const gone = new AbortController();
  const stop = (): void => gone.abort();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    await sleep(Math.random() * limitMs, undefined, { signal: gone.signal });
  } catch {
    throw clientGone();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Nobody receives it; 499 is the status in the logs of proxies. */
export function clientGone(): KeywardError {
  return new KeywardError('bad_request', 'The client disconnected before the answer.', { status: 499 });
}
