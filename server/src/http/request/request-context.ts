import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Caller } from '../../access/index.ts';
import type { KeywardError } from '../../base/errors.ts';
import { subjectOfUser, type Session } from '../../identity/index.ts';
import { subjectsOf } from '../../keys/index.ts';
import type { AnswerHeaders } from '../../models/index.ts';
import { endedError, type EndedBy, type Run, type Runner, type RunnerView } from '../../nodes/index.ts';
import type { Count } from '../../usage/index.ts';
import { callerAddress } from './caller-address.ts';
import { endAnswer } from '../answer/end-answer.ts';
import type { HeldResponse } from '../answer/held-response.ts';
import { Leave } from './caller-left.ts';
import { requestId } from './request-id.ts';
import type { Route } from '../route.ts';
import type { Found } from '../router.ts';
import type { KernelServices } from '../services.ts';

/** No browser takes an answer for another type than it says: errors, texts of models and files hold what callers sent. */
export const EVERYWHERE = { 'x-content-type-options': 'nosniff' } as const;

/** What is known of a request on its way through, and what has to happen at its end whatever becomes of it. */
export class Course implements Runner {
  readonly request: IncomingMessage;
  readonly response: HeldResponse;
  /** undefined: there is none for it. */
  readonly route: Route | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly id: string;
  /** The caller's address; '' where it is not known, or the connection is gone already: no range covers it. */
  readonly ip: string;
  /** Of the answer, gathered on the way. */
  readonly headers: Record<string, string>;
  readonly #startedMs = performance.now();
  /** Known once the key was found good. */
  caller: Caller | undefined;
  /** Known once somebody turned out to be logged in, on routes for them. */
  session: Session | undefined;
  /** Under whom it is counted where no key was sent: the widget of a visitor's question. */
  countedFor: Pick<Count, 'keyId' | 'ownerId'> | undefined;
  secretId: string | undefined;
  /** `nodes.generation` before the key or the session was looked at. */
  generation = -1;
  /** The code of the error it was answered with. */
  errorCode: string | undefined;
  /** The handler counts it in the usage report itself, when it knows what it took. */
  isCounted = false;
  /** The last words of an answer that has begun and is no event stream; undefined: its connection is cut. */
  lastWords: ((why: KeywardError) => string | undefined) | undefined;
  /** The head of an answer that is passed on: what was written at once, the response cannot be asked for. */
  passedHead: AnswerHeaders | undefined;
  readonly #services: KernelServices;
  #run: Run | undefined;
  #payers: readonly string[] = [];
  #subjects: readonly string[] | undefined;
  #isOver = false;
  /** Its handler has begun and not come to its end: it goes on also where the caller goes away. */
  #isWorking = false;
  #release: (() => void) | undefined;
  #leaving: Leave | undefined;

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

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Ended from outside, and answered: whatever its handler still says is not sent. */
  get isEnded(): boolean {
    return this.#run?.ended !== undefined;
  }

  /** Whether something was taken away from somebody since its key or session was looked at. */
  get isOvertaken(): boolean {
    const isKnown = this.caller !== undefined || this.session !== undefined;
    return isKnown && this.generation !== this.#services.nodes.generation;
  }

  /** Told when the caller goes away before its answer is out, and when the request is ended: what it began stops. */
  get leaving(): Leave {
    if (this.#leaving !== undefined) return this.#leaving;
    const leaving = new Leave();
    // Who went away before this was asked for says it no second time.
    if (this.isEnded || (this.#isOver && !this.response.writableFinished)) leaving.abort();
    if (!this.#isOver) this.#leaving = leaving;
    return leaving;
  }

  /** From here on the request is in flight: what takes its key or session away ends it, and is its permit. */
  enter(): Run {
    const { nodes } = this.#services;
    this.#run ??= nodes.runs.enter(this);
    if (this.caller !== undefined || this.session !== undefined) this.response.holdWith(nodes);
    // It may have gone while it was let in.
    if (this.#isOver) nodes.runs.leave(this.#run);
    return this.#run;
  }

  /** Its handler has begun: until `rests` it is in flight, whatever becomes of the connection. Guarded by left-work.test.ts. */
  works(): void {
    this.#isWorking = true;
  }

  rests(): void {
    this.#isWorking = false;
    if (this.#isOver && this.#run !== undefined) this.#services.nodes.runs.leave(this.#run);
  }

  /** Ids of others that it is carried out for: a widget's payer. */
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
      this.#leaving?.abort();
    } catch (error) {
      this.#services.logger.error({ err: error, request_id: this.id }, 'a request was cut off');
      this.response.destroy();
    }
  }

  /** ms since 1970: when its key ends by itself; a secret that is rotated out lets go on what it began. */
  endsAt(): number {
    const { caller, session } = this;
    const ofSession = session?.actor.kind === 'key' ? session.actor.caller : undefined;
    return (caller ?? ofSession)?.expiresAt ?? Infinity;
  }

  describe(): RunnerView {
    const { caller, countedFor, session } = this;
    const owner = session?.kind === 'user' ? session.user.ownerId : null;
    return {
      key_id: caller?.keyId ?? countedFor?.keyId ?? null,
      owner_id: caller?.ownerId ?? countedFor?.ownerId ?? owner,
      route: this.route?.id ?? 'none',
      startedAt: Math.round(performance.timeOrigin + this.#startedMs),
    };
  }

  /** `release` runs at the end of the request; at once where the caller went away while it was being let in. */
  holds(release: () => void): void {
    if (this.#isOver) release();
    else this.#release = release;
  }

  /** The connection has no more to do with it. */
  close(): void {
    const services = this.#services;
    const { response } = this;
    this.#isOver = true;
    // Let go of: with a function that stays here, requests kept each other alive from one full collection to the next, and each of
    // the small ones took 40 ms instead of 2 (bench/gateway.ts).
    const leaving = this.#leaving;
    this.#leaving = undefined;
    if (this.#run !== undefined && !this.#isWorking) services.nodes.runs.leave(this.#run);
    this.#release?.();
    const isGone = !response.writableFinished;
    if (isGone) leaving?.abort();
    const status = isGone ? CLIENT_GONE_STATUS : response.statusCode;
    const seconds = (performance.now() - this.#startedMs) / 1000;
    services.metrics.note(this.route?.path ?? 'none', status, seconds);
    if (this.errorCode !== undefined) services.metrics.noteError(this.errorCode);
    const counted = this.caller ?? this.countedFor;
    if (counted === undefined || this.isCounted) return;
    const { keyId, ownerId } = counted;
    const code = isGone ? 'client_gone' : (this.errorCode ?? 'ok');
    services.counters.count({ keyId, ownerId, code });
  }
}

/** A request whose head has come, and where it leads. */
export interface Arrived {
  request: IncomingMessage;
  response: HeldResponse;
  found: Found<{ declared: Route }> | undefined;
}

interface BusySocket extends Socket {
  latest?: Course;
}

/** The request that came last on a connection. */
export const latestOn = (socket: Socket): Course | undefined => (socket as BusySocket).latest;

/** What proxies write into their logs for a caller that did not wait; nobody receives it. */
const CLIENT_GONE_STATUS = 499;

/** Begins the course of a request. One listener does all that its end asks for: this is the path of every request. */
export function begin(services: KernelServices, arrived: Arrived): Course {
  const course = new Course(services, arrived);
  (arrived.request.socket as BusySocket).latest = course;
  arrived.response.on('close', () => course.close());
  return course;
}

/** The same of somebody who is logged in; a session that was opened with a key is worth as much as the key. */
function subjectsOfSession(session: Session): string[] {
  const { id, actor } = session;
  const withKey = actor.kind === 'key' ? subjectsOf(actor.caller) : [];
  const secret = session.kind === 'admin' && session.secretId !== undefined ? [session.secretId] : [];
  return session.kind === 'user'
    ? [id, subjectOfUser(session.user.id), session.user.ownerId]
    : [id, subjectOfUser(null), ...withKey, ...secret];
}
