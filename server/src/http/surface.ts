import type { IncomingHttpHeaders } from 'node:http';
import type { KeywardError } from '../base/errors.ts';
import type { WholeAnswer } from './answer/send-answer.ts';
import type { Course } from './request/request-context.ts';
import type { ErrorAnswer } from './answer/error-shapes.ts';
import type { Route } from './route.ts';

export type Json = Record<string, unknown>;

/** How a surface stands in the OpenAPI document. */
export interface SurfaceDocument {
  tagOf(route: Route): string;
  /** For routes behind a key. */
  security(route: Route): Json[];
  /** Errors, by status, beside those among the answers of a route. */
  failures(route: Route): Json;
  /** Shapes of errors, for the components. */
  schemas: Json;
}

/** One kind of clients: what the kernel is given of it, so that it need not know whom it serves. `S`: what its routes are given. */
export interface Surface<S = never> {
  readonly name: string;
  /** Whether an address that leads nowhere is its own; left out: those that no other surface claims. */
  isAt?(url: string): boolean;
  /** An address as routes are declared: other spellings of it lead to the same. For each request. */
  plainUrl?(url: string): string;
  /** The key of a request. @throws KeywardError `missing_key`, `conflicting_credentials` */
  readCredential(headers: IncomingHttpHeaders): string;
  formatError(error: KeywardError, requestId: string): ErrorAnswer;
  /** The last event of an event stream that is ended from outside. */
  lastEvent(why: KeywardError, route: Route): object;
  /** Bodies of `lenient` routes. @throws KeywardError `bad_request`, `too_large` */
  readLenient?(bytes: Buffer, type: string): unknown;
  /**
   * Whatever clients send is decoded by the declaration and nothing refused (decoding.ts), and a path with a parameter may have
   * there what is a path of its own elsewhere.
   */
  isLenient?: boolean;
  /** For each request: which pages may read the answer. */
  allowOrigin?(course: Course): void;
  /**
   * Answers what browsers ask before a request (OPTIONS), where it does.
   * @param isPath whether there is such a path, under another method.
   * @returns undefined: it does not.
   */
  preflight?: (
    services: S,
    course: Course,
    isPath: boolean,
  ) => WholeAnswer | undefined | Promise<WholeAnswer>;
  /** For whom a route with the access `session` is not. */
  refusedSession?: WholeAnswer;
  /** Refuses who is not let in, before the body is read or after; left out: before. */
  refuse?(course: Course, route: Route, refusal: { error: Error; done: (error: Error) => void }): void;
  document: SurfaceDocument;
}
