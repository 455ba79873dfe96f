import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TObject, TSchema } from 'typebox';
import type { Actor, Caller, NeededType, Needs, Scope } from '../access/index.ts';
import type { ErrorCode, KeywardError } from '../base/errors.ts';
import type { Session, UserRole } from '../identity/index.ts';
import type { Answer as ModelAnswer, FormPart, SignalLike } from '../models/index.ts';
import type { Run } from '../nodes/index.ts';
import type { Count } from '../usage/index.ts';
import type { WholeAnswer } from './answer/send-answer.ts';
import type { Decoded } from './decoding.ts';
import type { SessionCookie } from './sessions/session-cookie.ts';
import type { Surface } from './surface.ts';

/**
 * A route, declared once: validation, authorization, the OpenAPI document and the SDK's types come from this. `S`: the
 * services that its surface gives its handlers.
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
  /** A scope; `any`: any valid key; `public`: no key; `session`: a logged-in user (identity). */
  access: A;
  /** Scopes that it needs beside that of `access`. */
  alsoNeeds?: readonly Scope[];
  /**
   * Its handler uses no rights of the key but its scope and the selectors of these types: a key that loses others does not end
   * its running requests. Guarded by narrowed-keys.test.ts. @default all rights of the key
   */
  needsOnly?: readonly NeededType[];
  /** With `session`: the roles that may. The administrator of an instance without users may always. @default all */
  roles?: readonly UserRole[];
  /**
   * Also for sessions of users with the role default: it shows nothing of other users, as keys with its scope may see.
   * Other routes that ask for a scope refuse them. Guarded by session-sweep.test.ts.
   */
  isForMembers?: true;
  /** With `session`: only for instances without users, or only for those with users. @default both */
  mode?: 'single' | 'multi';
  surface: Surface<S>;
  params?: P;
  query?: Q;
  /** Named request headers that the route reads, lower case, with their meaning. */
  headers?: Record<string, string>;
  body?: B;
  /**
   * `json` is validated by `body`. `lenient`: JSON under any content type, form fields or nothing, decoded by `body` and
   * never refused (decoding.ts). `upload` and `ndjson`: `call.stream`, unread. @default json
   */
  bodyKind?: 'json' | 'passthrough' | 'ndjson' | 'lenient' | 'upload';
  /** @default the maximum for its `bodyKind` */
  bodyMaxBytes?: number;
  /** Accepts `multipart/form-data` as well as JSON, with `passthrough` and `lenient`: `call.form`. */
  takesForm?: true;
  /** The body is a request to a model: members that look like those that Keyward reads are refused (`checkMembers`). */
  namesModel?: true;
  bodyOptional?: boolean;
  /**
   * It writes only counters, and is called so often that half a microsecond counts: it runs without a permit (storage), or
   * passes one on itself. architecture.test.ts lists the routes that may.
   */
  needsNoPermit?: true;
  /**
   * Of a GET that changes something, as its clients expect. A session needs the header of a change for it: a page of another
   * site could have a browser send it. Guarded by changing-gets.test.ts, over all routes.
   */
  hasEffect?: true;
  /** Its pages are its own: the handler sets the CORS headers. */
  ownOrigins?: true;
  /** Successful answers by status. `null`: no body; `stream`: bytes whose type the handler sets. */
  responses: Record<number, TSchema | null | 'stream'>;
  /** Content types that a successful `stream` answer may have. */
  answerTypes?: readonly string[];
  /** The same with a schema for each, for the OpenAPI document only. */
  answers?: Record<string, TSchema>;
  /** The answer is NDJSON, a value of the schema a line. */
  answersLines?: true;
  /** Further errors than those of every route. */
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
  /** The bytes of the body, for `passthrough`. */
  bytes: Buffer;
  /** The parts of a form, if the body is one. */
  form: FormPart[] | undefined;
  caller: A extends 'public' | 'session' ? Caller | undefined : Caller;
  actor: A extends 'public' | 'session' ? undefined : Actor;
  /** The session: always on `session` routes; on those that ask for a scope, where it was sent instead of a key. */
  session: A extends 'session' ? Session : Session | undefined;
  readonly sessionCookie: SessionCookie;
  /** '' where it is unknown. */
  ip: string;
  /** The path below which callers reach this server, such as `/keyward`; '' usually. */
  readonly prefix: string;
  requestId: string;
  headers: IncomingMessage['headers'];
  /** The unread body, for `ndjson` and `upload`. */
  stream: IncomingMessage;
  /** Aborts when the caller disconnects. */
  readonly signal: AbortSignal;
  /** The same, and once the server accepts no connections: for a handler that only waits, such as a poll. */
  readonly waitSignal: AbortSignal;
  /** As `signal`, at a tenth of the cost. */
  readonly lightSignal: SignalLike;
  /** Its permit (storage/permit.ts); undefined: it is not in flight. */
  readonly run: Run | undefined;
  /**
   * The caller as it is now: verified again if anything was taken away from anybody meanwhile. For answers without an end: the
   * end of a secret ends no running request by itself, and what goes on with a narrowed key has its rights from there on.
   * @throws KeywardError where it would not be admitted any more
   */
  stillAdmitted(): Promise<Pick<Call<P, Q, B, A>, 'caller' | 'actor'>>;
  /** On routes without a key: ids of the payers; revoking or suspending one ends the request. */
  runsFor(payers: readonly string[]): void;
  /** On routes without a key: runs at the end of the request, such as giving back a place under a limit. */
  holds(release: () => void): void;
  /** For an answer that is no event stream: its end if the request is ended; undefined: it is cut off. */
  saysLast(words: (why: KeywardError) => string | undefined): void;
  /** From here on the handler counts the request in the usage report itself. */
  countsItself(): void;
  /** On routes without a key: the key and owner to count the request for, and its refusal if it was refused. */
  countsFor(whom: Pick<Count, 'keyId' | 'ownerId'>, refusedWith?: ErrorCode): void;
  /** The key, for `keys.self` and admission; undefined on public routes. */
  secretId: string | undefined;
}

/** The result of a handler. `stream` writes on the response itself; `passed` is the answer of a model. */
export type Answer =
  WholeAnswer | { stream: (response: ServerResponse) => Promise<void> } | { passed: ModelAnswer };

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

/** Declares the routes of a surface: a handler gets input of the types that its declaration has checked. */
export const routesOn =
  <S>(surface: Surface<S>): DeclareRoute<S> =>
  (declaration) => ({ ...declaration, surface });

/** Undefined: it may need all rights of its key. */
export function needsOf(route: (Scoped & Pick<Route, 'needsOnly'>) | undefined): Needs | undefined {
  if (route?.needsOnly === undefined) return undefined;
  return { types: route.needsOnly, scopes: scopesOf(route) };
}

type Scoped = Pick<Route, 'access' | 'alsoNeeds'>;

/** The scopes that its caller must have. */
export function scopesOf({ access, alsoNeeds = [] }: Scoped): Scope[] {
  const isScope = access !== 'any' && access !== 'public' && access !== 'session';
  return isScope ? [access, ...alsoNeeds] : [];
}

/** Whether it needs a key. */
export const needsKey = ({ access }: Pick<Route, 'access'>): boolean =>
  access !== 'public' && access !== 'session';
