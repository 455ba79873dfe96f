import type { IncomingHttpHeaders } from 'node:http';
import { KeywardError } from '../../base/errors.ts';
import { ForbiddenAddressError } from '../../base/outbound/connections.ts';
import { Answer } from './answer.ts';
import type { Outcome } from '../attempt.ts';
import type { Breakers } from '../upstreams/breaker.ts';
import { isTimeout } from '../call.ts';
import type { Route } from '../upstreams/catalogue.ts';
import { failureBody } from './failure-body.ts';
import type { ForwardRequest } from '../forward.ts';
import { answerHeaders } from '../upstreams/headers.ts';
import { Meter } from './meter.ts';
import { SentText } from '../request/sent-text.ts';
import type { Settlement } from '../account/settlement.ts';

/** Statuses that are about this server's credential at the upstream, not the caller's. */
const isAboutCredential = (status: number): boolean => status === 401 || status === 407;

/**
 * Answers after which the next upstream is asked. A redirect is an error: to follow it would let an upstream send a request and its
 * credential anywhere.
 */
export const isRetryable = (status: number): boolean =>
  status === 429 || status >= 500 || isAboutCredential(status) || (status >= 300 && status < 400);

/** Whether the caller may see the answer. Not 401, which quotes part of this server's key; not a redirect. */
export const isPassable = (status: number): boolean => status >= 400 && !isAboutCredential(status);

/** `Retry-After` in milliseconds, seconds or a date. */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** The error of an upstream for the caller: its status and text without the operator's secrets. */
export async function replay(
  held: Extract<Outcome, { kind: 'held' }>,
  { request, settlement }: { request: ForwardRequest; settlement: Settlement },
): Promise<Answer> {
  const { route, status, headers } = held;
  const { scrubber } = route.target;
  const sent = new SentText(request);
  const { contentType, bytes } = await failureBody(held, {
    scrubber: scrubber.forCaller(sent),
    path: request.path,
  });
  const safe = (value: string): string => scrubber.text(value, sent);
  const kept = Object.entries(answerHeaders(headers, true)).map(
    ([name, value]) => [name, Array.isArray(value) ? value.map(safe) : safe(value)] as const,
  );
  const own = {
    ...(contentType === '' ? {} : { 'content-type': safe(contentType) }),
    'content-length': String(bytes.length),
  };
  const answer = new Answer({
    status,
    headers: { ...Object.fromEntries(kept), ...own },
    route,
    settlement,
    meter: new Meter(),
    isEventStream: false,
    saysItsEnd: false,
    path: request.path,
    flow: { resume: () => undefined, abort: () => undefined },
  });
  if (request.signal.aborted) answer.abandon();
  if (bytes.length > 0) answer.write(bytes);
  answer.end();
  return answer;
}

/** The error if no upstream's own error can be passed on. */
export function failureOf(
  outcome: Outcome,
  { routes, breakers, callerId }: { routes: readonly Route[]; breakers: Breakers; callerId: string },
): KeywardError {
  if (outcome.kind === 'failed') return errorOf(outcome.error, outcome.route);
  if (outcome.kind === 'held') return refusal(outcome.status, outcome.route);
  const retryMs = Math.min(...routes.map((route) => breakers.retryInMs(route.line, callerId)));
  const seconds = Math.max(1, Math.ceil(retryMs / 1_000));
  return new KeywardError('upstream_unavailable', 'No upstream of this model is working at the moment.', {
    hint: `They failed repeatedly. Keyward tries them again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  });
}

function errorOf(error: Error, { target }: Route): KeywardError {
  if (error instanceof KeywardError) return error;
  if (isTimeout(error)) {
    return new KeywardError('upstream_timeout', `The upstream ${target.name} did not answer in time.`, {
      hint: 'Try again, or ask for a shorter answer. An administrator of upstreams can raise its timeout_seconds.',
      cause: error,
    });
  }
  return new KeywardError('upstream_unavailable', `The upstream ${target.name} cannot be reached.`, {
    hint: hintFor(error, target.id),
    cause: error,
  });
}

function hintFor(error: Error, id: string): string {
  if (error instanceof ForbiddenAddressError)
    return 'Its host name resolves to an address that an upstream must not have.';
  return `Try again. If it fails again, POST /v1/upstreams/${id}/test names the failing step.`;
}

function refusal(status: number, { target }: Route): KeywardError {
  const what = isAboutCredential(status)
    ? 'refuses the credential that Keyward sends'
    : 'answers with a redirect, which Keyward does not follow';
  return new KeywardError('upstream_unavailable', `The upstream ${target.name} ${what}.`, {
    hint: `POST /v1/upstreams/${target.id}/test shows the failure. Correct its ${status === 401 ? 'api_key' : 'base_url'}.`,
  });
}
