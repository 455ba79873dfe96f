import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { isOfKey, isWithin, type Caller, type Left } from '../../access/index.ts';
import type { KeywardError } from '../../base/errors.ts';
import { subjectOfUser, SUBJECT_OF_MEMBERS, type Session } from '../../identity/index.ts';
import { subjectsOf } from '../../keys/index.ts';
import { isInWorkspace } from '../../workspaces/index.ts';
import type { Answer as ModelAnswer } from '../../models/index.ts';
import {
  endedError,
  type EndedBy,
  type Known,
  type Run,
  type Runner,
  type RunnerView,
} from '../../nodes/index.ts';
import type { Count } from '../../usage/index.ts';
import { callerAddress } from './caller-address.ts';
import { endAnswer } from '../answer/end-answer.ts';
import type { HeldResponse } from '../answer/held-response.ts';
import { LightSignal } from './light-signal.ts';
import { forwardedPrefix } from './proxy-headers.ts';
import { requestId } from './request-id.ts';
import { needsOf, type Route } from '../route.ts';
import type { Found } from '../router.ts';
import { SessionCookie } from '../sessions/session-cookie.ts';
import type { KernelServices } from '../services.ts';

/** Browsers must not guess another content type: errors, texts of models and files hold what callers sent. */
export const EVERYWHERE = { 'x-content-type-options': 'nosniff' } as const;

/** The state of a request from its head to the end of its answer, and the work at that end. */
export class RequestContext implements Runner {
  readonly request: IncomingMessage;
  readonly response: HeldResponse;
  /** undefined: no route matches. */
  readonly route: Route | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly id: string;
  /** The caller's address; '' if it is unknown or the connection is gone: no range covers that. */
  readonly ip: string;
  /** Headers of the answer so far. */
  readonly headers: Record<string, string>;
  readonly #startedMs = performance.now();
  /** Set once the key was accepted. */
  caller: Caller | undefined;
  /** Set once the session was accepted, also where it serves a route that asks for a scope. */
  session: Session | undefined;
  /** The owner to count it for where no key was sent: that of the widget of a visitor's question. */
  countedFor: Pick<Count, 'keyId' | 'ownerId'> | undefined;
  secretId: string | undefined;
  /** `nodes.generation` before the key or the session was read. */
  generation = -1;
  /** The code of the error in its answer. */
  errorCode: string | undefined;
  /** The handler counts it in the usage report itself, once it knows the tokens. */
  isCounted = false;
  /** The end of a begun answer that is no event stream; undefined: its connection is cut. */
  lastWords: ((why: KeywardError) => string | undefined) | undefined;
  /** An answer that is passed on. Its head is written at once, and the response does not keep it. */
  passed: ModelAnswer | undefined;
  readonly #services: KernelServices;
  #run: Run | undefined;
  #payers: readonly string[] = [];
  #subjects: readonly string[] | undefined;
  /** Of a key whose expiry was brought forward. */
  #endsAtMost = Infinity;
  #isOver = false;
  /** Its handler runs: it goes on after the caller has disconnected. */
  #isWorking = false;
  #release: (() => void) | undefined;
  #lightSignal: LightSignal | undefined;

  constructor(services: KernelServices, { request, response, found }: Arrived) {
    const { trustedProxies } = services.config;
    this.request = request;
    this.response = response;
    this.route = found?.entry.declared;
    this.params = found?.params;
    this.query = found?.query;
    this.id = requestId(request);
    this.ip = callerAddress(request.socket.remoteAddress, request.headers, trustedProxies);
    this.headers = {
      'x-request-id': this.id,
      'x-content-type-options': EVERYWHERE['x-content-type-options'],
    };
    this.#services = services;
  }

  get prefix(): string {
    return forwardedPrefix(this.request, this.#services.config.trustedProxies);
  }

  get sessionCookie(): SessionCookie {
    return new SessionCookie(this.#services, this.request, this.route);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Ended from outside and answered: nothing that its handler writes is sent. */
  get isEnded(): boolean {
    return this.#run?.ended !== undefined;
  }

  /** Whether anything was taken away from anybody since its key or session was read. */
  get isOvertaken(): boolean {
    const isKnown = this.caller !== undefined || this.session !== undefined;
    return isKnown && this.generation !== this.#services.nodes.generation;
  }

  get stopping(): AbortSignal {
    return this.#services.stopping.signal;
  }

  /** Aborts when the caller disconnects before the end of its answer, and when the request is ended. */
  get lightSignal(): LightSignal {
    if (this.#lightSignal !== undefined) return this.#lightSignal;
    const lightSignal = new LightSignal();
    // The event of a caller that has disconnected already does not come again.
    if (this.isEnded || (this.#isOver && !this.response.writableFinished)) lightSignal.abort();
    if (!this.#isOver) this.#lightSignal = lightSignal;
    return lightSignal;
  }

  /** From here on the request is in flight: taking its key or session away ends it. */
  enter(): Run {
    const { nodes } = this.#services;
    this.#run ??= nodes.runs.enter(this);
    if (this.caller !== undefined || this.session !== undefined) this.response.holdWith(nodes);
    // The caller may have disconnected during admission.
    if (this.#isOver) nodes.runs.leave(this.#run);
    return this.#run;
  }

  /** Its handler runs: the request is in flight until `rests`, also without a connection. Guarded by left-work.test.ts. */
  works(): void {
    this.#isWorking = true;
  }

  rests(): void {
    this.#isWorking = false;
    if (this.#isOver && this.#run !== undefined) this.#services.nodes.runs.leave(this.#run);
  }

  /** Ids of others that pay for it: a widget's payer. */
  runsFor(payers: readonly string[]): void {
    this.#payers = payers;
    this.#subjects = undefined;
    this.response.holdWith(this.#services.nodes);
  }

  subjects(): readonly string[] {
    const { caller, session, secretId = '' } = this;
    this.#subjects ??= [
      ...(caller === undefined ? [] : [...subjectsOf(caller), secretId]),
      ...(session === undefined ? [] : subjectsOfSession(session)),
      ...this.#payers,
    ];
    return this.#subjects;
  }

  end(by: EndedBy): void {
    try {
      endAnswer(this.#services, this, endedError(by));
      this.#lightSignal?.abort();
    } catch (error) {
      this.#services.logger.error({ err: error, request_id: this.id }, 'a request was cut off');
      this.response.destroy();
    }
  }

  /** ms since 1970: when its key or session expires. A secret that is rotated out does not end running requests. */
  endsAt(): number {
    const { caller, session } = this;
    const ofKey = (caller ?? callerOfSession(session))?.expiresAt ?? Infinity;
    return Math.min(ofKey, session?.expiresAt ?? Infinity, this.#endsAtMost);
  }

  /** A session may use all that its key has; a visitor uses rights of a payer that is not known here. */
  staysWithin(rights: string, { found, asked }: Known): boolean {
    const { session, route, ip } = this;
    const left = JSON.parse(rights) as Left;
    if ('notIn' in left) return isElsewhere(session, { notIn: left.notIn, found });
    const caller = session === undefined ? this.caller : callerOfSession(session);
    if (caller === undefined || this.#payers.length > 0) return false;
    this.#endsAtMost = Math.min(this.#endsAtMost, left.expiresAt ?? Infinity);
    const needs = session === undefined ? needsOf(route) : undefined;
    return isWithin(left, { caller, needs, ip, asked });
  }

  describe(): RunnerView {
    const { caller, countedFor, session } = this;
    const owner = session?.kind === 'user' ? session.user.ownerId : null;
    return {
      key_id: caller === undefined || isOfKey(caller) ? ((caller ?? countedFor)?.keyId ?? null) : null,
      owner_id: caller?.ownerId ?? countedFor?.ownerId ?? owner,
      route: this.route?.id ?? 'none',
      startedAt: Math.round(performance.timeOrigin + this.#startedMs),
    };
  }

  /** `release` runs at the end of the request; at once where the caller has disconnected already. */
  holds(release: () => void): void {
    if (this.#isOver) release();
    else this.#release = release;
  }

  /** The answer is out, or the connection is gone. */
  close(): void {
    const services = this.#services;
    const { response } = this;
    this.#isOver = true;
    // Dropped: kept functions held requests alive until a full collection, and small collections took 40 ms instead of 2 (bench/gateway.ts).
    const lightSignal = this.#lightSignal;
    this.#lightSignal = undefined;
    if (this.#run !== undefined && !this.#isWorking) services.nodes.runs.leave(this.#run);
    this.#release?.();
    const isCut = !response.writableFinished;
    // The head is all of the answer to HEAD: nothing that would make a body goes on.
    if (isCut || this.request.method === 'HEAD') lightSignal?.abort();
    const isGone = isCut && this.passed?.isComplete !== true;
    const status = isGone ? CLIENT_GONE_STATUS : response.statusCode;
    const seconds = (performance.now() - this.#startedMs) / 1000;
    services.metrics.note(this.route?.path ?? 'none', status, seconds);
    services.accessLog?.note(this, { status, seconds });
    if (this.errorCode !== undefined) services.metrics.noteError(this.errorCode);
    const counted = this.caller ?? this.countedFor;
    if (counted === undefined || this.isCounted) return;
    const { keyId, ownerId } = counted;
    const code = isGone ? 'client_gone' : (this.errorCode ?? 'ok');
    services.counters.count({ keyId, ownerId, code });
  }
}

/** A request whose head was read, with its route. */
export interface Arrived {
  request: IncomingMessage;
  response: HeldResponse;
  found: Found<{ declared: Route }> | undefined;
}

interface BusySocket extends Socket {
  latest?: RequestContext;
}

/** The latest request of a connection. */
export const latestOn = (socket: Socket): RequestContext | undefined => (socket as BusySocket).latest;

/** As proxies log a caller that disconnected; nobody receives it. */
const CLIENT_GONE_STATUS = 499;

/** One listener does all the work at the end: this is the path of every request. */
export function begin(services: KernelServices, arrived: Arrived): RequestContext {
  const context = new RequestContext(services, arrived);
  (arrived.request.socket as BusySocket).latest = context;
  arrived.response.on('close', () => context.close());
  return context;
}

/** Whether the work is in another workspace, or of a user who needs no membership. Guarded by lost-rights.test.ts. */
function isElsewhere(
  session: Session | undefined,
  { notIn, found }: { notIn: string; found: readonly string[] },
): boolean {
  if (session?.kind !== 'user') return false;
  return session.user.role !== 'default' || (isInWorkspace(found) && !found.includes(notIn));
}

/** The key that opened the session. */
const callerOfSession = (session: Session | undefined): Caller | undefined =>
  session?.actor.kind === 'key' ? session.actor.caller : undefined;

/** A session that was opened with a key ends with the key. */
function subjectsOfSession(session: Session): string[] {
  const { id, actor } = session;
  const withKey = actor.kind === 'key' ? subjectsOf(actor.caller) : [];
  const secret = session.kind === 'admin' && session.secretId !== undefined ? [session.secretId] : [];
  if (session.kind === 'admin') return [id, subjectOfUser(null), ...withKey, ...secret];
  const { user } = session;
  const ofMembers = user.role === 'default' ? [SUBJECT_OF_MEMBERS] : [];
  return [id, subjectOfUser(user.id), user.ownerId, ...ofMembers];
}
