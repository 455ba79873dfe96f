import { ServerResponse, type IncomingMessage } from 'node:http';
import type { TSchema } from 'typebox';
import { invalidField, type ErrorCode, type KeywardError } from '../base/errors.ts';
import type { FormPart } from '../models/index.ts';
import type { Run } from '../nodes/index.ts';
import { underPermit } from '../storage/index.ts';
import type { Count } from '../usage/index.ts';
import { admitAgain } from './admission.ts';
import { decodingOf } from './decoding.ts';
import { isLongAnswer, send, sendLong } from './answer/send-answer.ts';
import { receive, type ReadBody } from './body/body-reader.ts';
import type { RequestContext } from './request/request-context.ts';
import { fail } from './answer/send-error.ts';
import type { LightSignal } from './request/light-signal.ts';
import { needsKey, type Answer, type Call, type Route } from './route.ts';
import type { KernelServices } from './services.ts';
import { admit, refuseSession } from './session-gate.ts';
import type { SessionCookie } from './sessions/session-cookie.ts';
import { validator, type Validator } from './validation.ts';

const NO_QUERY = { type: 'object', properties: {}, additionalProperties: false };

/** For an admitted request: the checks of its route, its handler, its answer. */
export function handlerOf<S extends KernelServices>(
  services: S,
  declared: Route<S>,
): (context: RequestContext) => void {
  const isInstant = declared.method === 'GET' && declared.needsNoPermit === true;
  const lookInto = declared.surface.isLenient === true ? decodingOf(declared) : checking(declared);
  return (context) => {
    const refuse = (error: unknown): void => fail(services, error, context);
    const proceed = (read: ReadBody): void => {
      try {
        const call = new RequestCall(context, { declared, run, read });
        lookInto(call);
        // Sending the answer is part of it: a stream works while it is sent.
        const carryOut = (): void => {
          const answer = declared.handler(services, call as Call);
          if (answer instanceof Promise) {
            context.works();
            answer.then((value) => answerWith(services, value, context)).then(rest, fallen);
            return;
          }
          const streaming = answerWith(services, answer, context);
          if (streaming === undefined) return;
          context.works();
          void streaming.then(rest);
        };
        if (run === undefined || declared.needsNoPermit === true) carryOut();
        else underPermit(run, carryOut);
      } catch (thrown) {
        refuse(thrown);
      }
    };
    const onceAdmitted = (again: Promise<boolean> | undefined, next: () => void): void => {
      if (context.isEnded) return;
      if (again === undefined) return next();
      again.then((isAdmitted) => {
        if (context.isEnded) return;
        if (isAdmitted) next();
        else refuseSession(declared, context);
      }, refuse);
    };
    const rest = (): void => context.rests();
    const fallen = (thrown: unknown): void => {
      refuse(thrown);
      rest();
    };
    // In flight from here on: what is taken away later ends it, what was taken away during admission is seen now.
    // A GET that starts nothing is answered in this turn: it need not be in flight.
    const run = isInstant ? undefined : context.enter();
    const overtaken = context.isOvertaken ? readmission(services, declared, context) : undefined;
    onceAdmitted(overtaken, () => {
      receive(context, declared, (error, read) => {
        if (context.isEnded) return;
        if (error !== undefined) return refuse(error);
        const again = read.bytes === undefined ? undefined : readmission(services, declared, context);
        onceAdmitted(again, () => proceed(read));
      });
    });
  };
}

/** Whether the caller is still admitted; undefined: nothing was taken away meanwhile. */
function readmission(
  services: KernelServices,
  declared: Route,
  context: RequestContext,
): Promise<boolean> | undefined {
  return declared.access === 'session'
    ? admit(services, declared, context)
    : admitAgain(services, declared, context);
}

/** Refuses input that differs from the declaration of the route. */
function checking(declared: Route): (call: RequestCall) => void {
  const { params, query = NO_QUERY, body } = declared;
  const checkParams = params === undefined ? undefined : validator(params, 'params');
  const checkQuery = validator(query, 'query');
  const check = body === undefined ? undefined : validator(body, 'body');
  const known = declared.surface.ignoresUnknownQuery === true ? namesIn(query) : undefined;
  return (call) => {
    if (known !== undefined) call.query = onlyThese(known, call.query);
    if (hasMembers(call.query)) checkQuery(call.query);
    checkParams?.(call.params);
    checkBody(declared, check, call);
  };
}

const namesIn = (query: TSchema): string[] =>
  Object.keys((query as { properties?: object }).properties ?? {});

function onlyThese(names: readonly string[], query: unknown): unknown {
  const given = query as Record<string, unknown>;
  return hasMembers(given)
    ? Object.fromEntries(names.flatMap((name) => (Object.hasOwn(given, name) ? [[name, given[name]]] : [])))
    : query;
}

function checkBody({ bodyKind, bodyOptional }: Route, check: Validator | undefined, call: RequestCall): void {
  if (check === undefined) return refuseBody(call);
  // The handler reads these.
  if (bodyKind === 'ndjson' || bodyKind === 'upload') return;
  if (call.body === undefined) {
    // Its handler checks it.
    if (call.form !== undefined) return;
    if (bodyOptional !== true) {
      throw invalidField('body', 'is missing', 'Send a JSON object with Content-Type: application/json.');
    }
    call.body = {};
  }
  check(call.body);
}

/** Many clients send `{}` for no body. */
function refuseBody({ body }: RequestCall): void {
  const isEmpty = typeof body === 'object' && body !== null && !hasMembers(body);
  if (body !== undefined && !isEmpty)
    throw invalidField(
      'body',
      'must be empty for this endpoint',
      'Send the request without a body, or with {}.',
    );
}

const hasMembers = (value: unknown): boolean => Object.keys(value as object).length > 0;

/** @returns for a stream: when it has ended. Never rejects. */
function answerWith(
  services: KernelServices,
  answer: Answer,
  context: RequestContext,
): undefined | Promise<void> {
  if (context.isEnded) return endUnread(answer, context);
  const { response } = context;
  if ('passed' in answer) {
    try {
      context.passed = answer.passed;
      return answer.passed.sendTo(response, context.headers);
    } catch (error) {
      fail(services, error, context);
      return endUnread(answer, context);
    }
  }
  if ('stream' in answer) {
    for (const [name, value] of Object.entries(context.headers)) response.setHeader(name, value);
    return answer.stream(response).catch((error: unknown) => {
      if (!response.headersSent) return fail(services, error, context);
      // The head is sent: only the end of the connection can tell the caller.
      services.logger.error({ err: error, request_id: context.id }, 'an answer broke off');
      response.destroy();
    });
  }
  if (!isLongAnswer(answer)) {
    send(answer, context);
    return undefined;
  }
  return sendLong(answer, context).catch((error: unknown) => fail(services, error, context));
}

/** The handler's work ends with a response that nobody reads. */
function endUnread(answer: Answer, { request }: RequestContext): undefined | Promise<void> {
  if ('passed' in answer) return answer.passed.sendTo(goneResponse(request));
  return 'stream' in answer ? answer.stream(goneResponse(request)).catch(() => undefined) : undefined;
}

function goneResponse(request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.on('error', () => undefined);
  return response.destroy();
}

const NO_BYTES = Buffer.alloc(0);

class RequestCall {
  params: unknown;
  query: unknown;
  body: unknown;
  readonly bytes: Buffer;
  readonly form: FormPart[] | undefined;
  readonly caller;
  readonly actor;
  readonly ip: string;
  readonly requestId: string;
  readonly headers: IncomingMessage['headers'];
  readonly stream: IncomingMessage;
  readonly secretId: string | undefined;
  readonly session;
  readonly run: Run | undefined;
  readonly #context: RequestContext;
  #controller: AbortController | undefined;

  constructor(
    context: RequestContext,
    { declared, run, read }: { declared: Route; run: Run | undefined; read: ReadBody },
  ) {
    const { caller, secretId, session, ip, id, request, params, query } = context;
    const { bytes = NO_BYTES, value, form, stream = request } = read;
    this.params = params;
    this.query = query;
    this.body = value;
    this.bytes = bytes;
    this.form = form;
    this.caller = caller;
    this.actor =
      caller === undefined || !needsKey(declared)
        ? undefined
        : (session?.actor ?? ({ kind: 'key', caller } as const));
    this.ip = ip;
    this.requestId = id;
    this.headers = request.headers;
    this.stream = stream;
    this.secretId = secretId;
    this.session = session;
    this.run = run;
    this.#context = context;
  }

  get prefix(): string {
    return this.#context.prefix;
  }

  get sessionCookie(): SessionCookie {
    return this.#context.sessionCookie;
  }

  get lightSignal(): LightSignal {
    return this.#context.lightSignal;
  }

  /** Made on demand: most handlers need none. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = (this.#controller = new AbortController());
    const { lightSignal } = this;
    if (lightSignal.aborted) controller.abort();
    else lightSignal.addEventListener('abort', () => controller.abort());
    return controller.signal;
  }

  get waitSignal(): AbortSignal {
    return AbortSignal.any([this.signal, this.#context.stopping]);
  }

  runsFor(payers: readonly string[]): void {
    this.#context.runsFor(payers);
  }

  holds(release: () => void): void {
    this.#context.holds(release);
  }

  saysLast(words: (why: KeywardError) => string | undefined): void {
    this.#context.lastWords = words;
  }

  countsItself(): void {
    this.#context.isCounted = true;
  }

  countsFor(whom: Pick<Count, 'keyId' | 'ownerId'>, refusedWith?: ErrorCode): void {
    const context = this.#context;
    context.countedFor = whom;
    context.errorCode = refusedWith ?? context.errorCode;
  }
}
