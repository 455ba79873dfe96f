import type { IncomingHttpHeaders } from 'node:http';
import type { KeywardError } from '../base/errors.ts';
import type { WholeAnswer } from './answer/send-answer.ts';
import type { RequestContext } from './request/request-context.ts';
import type { ErrorAnswer } from './answer/error-shapes.ts';
import type { Route } from './route.ts';

export type Json = Record<string, unknown>;

/** The parts of the OpenAPI document that belong to a surface. */
export interface SurfaceDocument {
  tagOf(route: Route): string;
  /** For routes behind a key. */
  security(route: Route): Json[];
  /** Errors, by status, beside those among the answers of a route. */
  failures(route: Route): Json;
  /** Shapes of errors, for the components. */
  schemas: Json;
}

/** One API for one kind of clients, as the kernel sees it. `S`: the services of its routes. */
export interface Surface<S = never> {
  readonly name: string;
  /** Whether an unknown path belongs to it. @default those that no other surface claims */
  isAt?(url: string): boolean;
  /** What is said of an unknown path; undefined: the same as everywhere. */
  wordsAt?(url: string): string | undefined;
  /** Rewrites other spellings of a URL to the declared one. Runs for each request. */
  plainUrl?(url: string): string;
  /** The key of a request. @throws KeywardError `missing_key`, `conflicting_credentials` */
  readCredential(headers: IncomingHttpHeaders): string;
  formatError(error: KeywardError, requestId: string, url: string): ErrorAnswer;
  /** The last event of an event stream that is ended from outside. */
  lastEvent(why: KeywardError, route: Route): object;
  /** The name of that event. @default none */
  lastEventName?(route: Route): string | undefined;
  /** Bodies of `lenient` routes. @throws KeywardError `bad_request`, `too_large` */
  readLenient?(bytes: Buffer, type: string): unknown;
  /** Input is decoded by its declaration and never refused (decoding.ts), and a parameter may equal a fixed path. */
  isLenient?: boolean;
  /** Others specified its routes, and clients add parameters of later versions: an unknown one in a query is ignored. */
  ignoresUnknownQuery?: boolean;
  /** Pages of any origin may use it (cors.ts). @default those of `KEYWARD_CORS_ORIGINS` */
  isOpenToPages?: true;
  /** Answers the preflight request of browsers (OPTIONS) for paths with `ownOrigins`. @returns undefined: for other paths */
  preflight?: (services: S, context: RequestContext) => Promise<WholeAnswer> | undefined;
  /** The refusal of a route with the access `session`. */
  refusedSession?: WholeAnswer;
  /** Refuses a request, before its body is read or after. @default before */
  refuse?(
    context: RequestContext,
    route: Route,
    refusal: { error: Error; done: (error: Error) => void },
  ): void;
  document: SurfaceDocument;
}
