import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TObject, TSchema } from 'typebox';
import type { Actor, Caller, Scope } from '../access/index.ts';
import type { ErrorCode, KeywardError } from '../base/errors.ts';
import type { Session, UserRole } from '../identity/index.ts';
import type { Answer as ModelAnswer, FormPart, Leaving } from '../models/index.ts';
import type { Run } from '../nodes/index.ts';
import type { Count } from '../usage/index.ts';
import type { Decoded } from './decoding.ts';
import type { KernelServices } from './services.ts';
import type { Surface } from './surface.ts';

/**
 * A route, declared once. Validation, authorization, the OpenAPI document, the SDK's types and the command line's
 * help all come from this; nothing about a route is written anywhere else. `S`: the services that its surface gives its
 * handlers; left out where none is called.
 */
export interface Route<
  S = never,
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema = TSchema,
  A extends Access = Access,
> {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Such as `/v1/keys/:id`. */
  path: string;
  /** `noun.verb`; the OpenAPI operationId and the name of the audit action of a refusal. */
  id: string;
  summary: string;
  description?: string;
  /** A scope; `any`: any good key; `public`: none at all; `session`: somebody logged in (identity), no key. */
  access: A;
  /** With `session`: which users may; everybody who is logged in where it is left out. The administrator without users may all. */
  roles?: readonly UserRole[];
  /** With `session`: whether it is for instances without or with users. */
  mode?: 'single' | 'multi';
  /** Who needs no key after all, by address and headers. Handlers of such routes ask for no caller. */
  openTo?(services: KernelServices, ip: string, headers: IncomingMessage['headers']): boolean;
  /** Whose clients it is for. */
  surface: Surface<S>;
  params?: P;
  query?: Q;
  /** Named request headers that the route reads, lower case, with their meaning. */
  headers?: Record<string, string>;
  body?: B;
  /**
   * What the body is, where it is not JSON checked by `body`. `lenient`: JSON under any content type, form fields or
   * nothing at all, on a lenient surface: decoded by `body`, and nothing is refused (decoding.ts).
   * `upload`: `call.stream`, unread.
   */
  bodyKind?: 'json' | 'passthrough' | 'ndjson' | 'lenient' | 'upload';
  /** Fewer than bodies of this kind may have; for routes that anybody can call. */
  bodyMaxBytes?: number;
  /** `multipart/form-data` is taken as well as JSON, with `passthrough` and `lenient`: `call.form`. */
  takesForm?: true;
  /** The body is a request to a model: names that could be read as those that Keyward reads are refused (`checkMembers`). */
  namesModel?: true;
  /** A request without a body is fine. */
  bodyOptional?: boolean;
  /**
   * Writes nothing but the server's own books, and is asked so often that half a microsecond counts: it runs without a permit
   * (storage), but for one that it passes on itself. Which routes may say so: architecture.test.ts.
   */
  needsNoPermit?: true;
  /** The handler says itself which pages may read the answer. */
  ownOrigins?: true;
  /** Successful answers by status. `null`: no body; `stream`: bytes whose type the handler sets. */
  responses: Record<number, TSchema | null | 'stream'>;
  /** Content types that a successful `stream` answer may have. */
  answerTypes?: readonly string[];
  /** The same with the shape of each, which is only described. */
  answers?: Record<string, TSchema>;
  /** Errors beside those that every route can give. */
  errors?: ErrorCode[];
  handler: (services: S, call: Call<P, Q, B, A>) => Answer | Promise<Answer>;
}

export type Access = Scope | 'any' | 'public' | 'session';

export interface Call<
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema = TSchema,
  A extends Access = Access,
> {
  params: Decoded<P>;
  query: Decoded<Q>;
  body: Decoded<B>;
  /** The bytes of the body as they came; for `passthrough`. */
  bytes: Buffer;
  /** The parts of a form, where one came. */
  form: FormPart[] | undefined;
  caller: A extends 'public' | 'session' ? Caller | undefined : Caller;
  actor: A extends 'public' | 'session' ? undefined : Actor;
  /** Who is logged in, on `session` routes. */
  session: A extends 'session' ? Session : undefined;
  ip: string;
  requestId: string;
  headers: IncomingMessage['headers'];
  /** The unread body, for `ndjson` and `upload`. */
  stream: IncomingMessage;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  /** The same for a request to a model, at a tenth of the cost. */
  readonly leaving: Leaving;
  /** What it is carried out under (storage/permit.ts); undefined: it is not in flight. */
  readonly run: Run | undefined;
  /** On routes without a key: ids of those for whom it is carried out; what takes them away ends it. */
  runsFor(payers: readonly string[]): void;
  /** On routes without a key: what is run when the request is over, such as letting go of a place under a limit. */
  holds(release: () => void): void;
  /** For answers that are no event stream: their last words where the request is ended; undefined: they are cut off. */
  saysLast(words: (why: KeywardError) => string | undefined): void;
  /** From here on the handler counts the request in the usage report itself: it knows what it took. */
  countsItself(): void;
  /** On routes without a key: under whom the request stands in the usage report, and what it was refused with, if it was. */
  countsFor(whom: Pick<Count, 'keyId' | 'ownerId'>, refusedWith?: ErrorCode): void;
  /** The key, for `keys.self` and admission; undefined on public routes. */
  secretId: string | undefined;
}

/** What a handler gives back. `stream` writes on the response itself; `passed` is what a model answered, as it comes. */
export type Answer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | { stream: (response: ServerResponse) => Promise<void> }
  | { passed: ModelAnswer };

/** A declaration without its surface. */
export type Declared<S, P extends TObject, Q extends TObject, B extends TSchema, A extends Access> = Omit<
  Route<S, P, Q, B, A>,
  'surface'
>;

/** Infers the types of a declaration on a surface. */
export type DeclareRoute<S> = <
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
  B extends TSchema = TSchema,
  const A extends Access = Access,
>(
  declaration: Declared<S, P, Q, B, A>,
) => Route<S>;

/** How the routes of a surface are declared. The kernel calls a handler with what its own declaration has checked. */
export const routesOn =
  <S>(surface: Surface<S>): DeclareRoute<S> =>
  (declaration) => ({ ...declaration, surface });

/** Whether a key decides who comes in. */
export const needsKey = ({ access }: Pick<Route, 'access'>): boolean =>
  access !== 'public' && access !== 'session';
