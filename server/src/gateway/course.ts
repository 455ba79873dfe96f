import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/index.ts';
import type { Session } from '../identity/index.ts';
import type { Count } from '../usage/index.ts';
import { callerAddress } from './caller-address.ts';
import type { Route } from './route.ts';
import type { Services } from './services.ts';

declare module 'fastify' {
  interface FastifyRequest {
    course: Course;
  }
  interface FastifyContextConfig {
    declared?: Route;
  }
}

/** No browser takes an answer for another type than it says: errors, texts of models and files hold what callers sent. */
export const EVERYWHERE = { 'x-content-type-options': 'nosniff' } as const;

/** What is known of a request on its way through, and what has to happen at its end whatever becomes of it. */
export class Course {
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
  /** `nodes.generation` before the key was looked at. */
  generation = -1;
  /** The code of the error it was answered with. */
  errorCode: string | undefined;
  /** The handler counts it in the usage report itself, when it knows what it took. */
  isCounted = false;
  #isOver = false;
  #release: (() => void) | undefined;

  constructor(ip: string, requestId: string) {
    this.ip = ip;
    this.headers = { 'x-request-id': requestId, ...EVERYWHERE };
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** `release` runs at the end of the request; at once where the caller went away while it was being let in. */
  holds(release: () => void): void {
    if (this.#isOver) release();
    else this.#release = release;
  }

  end(services: Services, request: FastifyRequest, reply: FastifyReply): void {
    this.#isOver = true;
    this.#release?.();
    const isGone = !reply.raw.writableFinished;
    const status = isGone ? CLIENT_GONE_STATUS : reply.raw.statusCode;
    const seconds = (performance.now() - this.#startedMs) / 1000;
    services.metrics.note(request.routeOptions.config.declared?.path ?? 'none', status, seconds);
    if (this.errorCode !== undefined) services.metrics.noteError(this.errorCode);
    const counted = this.caller ?? this.countedFor;
    if (counted === undefined || this.isCounted) return;
    const { keyId, ownerId } = counted;
    const code = isGone ? 'client_gone' : (this.errorCode ?? 'ok');
    services.counters.count({ keyId, ownerId, code });
  }
}

/** What proxies write into their logs for a caller that did not wait; nobody receives it. */
const CLIENT_GONE_STATUS = 499;

/** Begins the course of a request. One listener does all that its end asks for: this is the path of every request. */
export function begin(services: Services, request: FastifyRequest, reply: FastifyReply): void {
  const ip = callerAddress(request.socket.remoteAddress, request.headers, services.config.trustedProxies);
  const course = new Course(ip, request.id);
  request.course = course;
  reply.raw.on('close', () => course.end(services, request, reply));
}
