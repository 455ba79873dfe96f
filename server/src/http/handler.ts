import { ServerResponse, type IncomingMessage } from 'node:http';
import type { TSchema } from 'typebox';
import { invalidField } from '../base/errors.ts';
import { underPermit } from '../storage/index.ts';
import { admitAgain } from './admission.ts';
import { decodingOf } from './decoding.ts';
import { HeadOnly } from './answer/head-only.ts';
import { isLongAnswer, send, sendLong } from './answer/send-answer.ts';
import { receive, type ReadBody } from './body/body-reader.ts';
import { RequestCall } from './request/request-call.ts';
import type { RequestContext } from './request/request-context.ts';
import { fail } from './answer/send-error.ts';
import type { Answer, Call, Route } from './route.ts';
import type { KernelServices } from './services.ts';
import { admit, refuseSession } from './session-gate.ts';
import { validator, type NotFound, type Validator } from './validation.ts';

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
        const call = new RequestCall(context, { declared, run, read, services });
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
  const checkParams = params === undefined ? undefined : validator(params, 'params', notFoundOf(declared));
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

/** As the route says of a resource that is not there: an id of the wrong form is one. */
const notFoundOf = ({ errors = [] }: Route): NotFound | undefined =>
  errors.find((code) => code === 'job_not_found' || code === 'worker_not_found');

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
  const { request } = context;
  const isHead = request.method === 'HEAD';
  const response = isHead ? new HeadOnly(request, context.response) : context.response;
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
      if (!context.response.headersSent) return fail(services, error, context);
      // The head is sent: only the end of the connection can tell the caller.
      if (isHead) return;
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
