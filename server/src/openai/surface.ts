import type { KeywardError } from '../base/errors.ts';
import type { Batches } from '../batches/index.ts';
import {
  challengeHeaders,
  errorEvent,
  errorsOf,
  failuresAs,
  readCredential,
  routesOn,
} from '../http/index.ts';
import type { ErrorAnswer, KernelServices, Route as AnyRoute, Surface } from '../http/index.ts';
import { messagesError, openaiError, type Models } from '../models/index.ts';
import type { Budgets } from '../usage/index.ts';

export interface Services extends KernelServices {
  models: Models;
  budgets: Budgets;
  batches: Batches;
}

export type Route = AnyRoute<Services>;

const OPENAI_ERROR = 'OpenAIError';
const MESSAGES_ERROR = 'MessagesError';

const ERROR_WORDS = {
  type: 'object',
  required: ['message', 'type', 'param', 'code'],
  properties: {
    message: { type: 'string' },
    type: { type: 'string', description: 'The kind of error' },
    param: { type: ['string', 'null'] },
    code: { type: ['string', 'null'] },
  },
};

const MESSAGES = /^(?:\/api)?\/v1\/messages(?:[/?]|$)/i;
/** Of the OpenAI API, also those that Keyward does not have: its clients read errors in its form. */
const FAMILIES =
  /^\/v1\/(?:assistants|audio|batches|chat|chatkit|completions|containers|conversations|edits|embeddings|engines|evals|files|fine-tunes|fine_tuning|images|messages|moderations|models|organization|projects|realtime|rerank|responses|skills|threads|uploads|vector_stores|videos)(?:[/?]|$)/i;

const CONVERSATIONS = /^\/v1\/conversations\b/i;

const isMessages = (url: string): boolean => MESSAGES.test(url);

function shapeOf(error: KeywardError, requestId: string, url: string): ErrorAnswer {
  return {
    status: error.status,
    headers: { ...challengeHeaders(error), 'content-type': 'application/json; charset=utf-8' },
    body: isMessages(url) ? messagesError(error, requestId) : openaiError(error),
  };
}

function wordsAt(url: string): string {
  if (isMessages(url))
    return 'Of the Messages API, Keyward has POST /v1/messages and POST /v1/messages/count_tokens only.';
  if (CONVERSATIONS.test(url))
    return 'Keyward has no conversations. Send the conversation in input of POST /v1/responses, or previous_response_id.';
  return 'Keyward does not have this endpoint of the OpenAI API.';
}

/** The OpenAI API, and the Messages API beside it. */
export const openaiSurface: Surface<Services> = {
  name: 'openai',
  ignoresUnknownQuery: true,
  readCredential,
  formatError: shapeOf,
  lastEvent: (why, { path }) => (isMessages(path) ? messagesError(why) : errorEvent(why)),
  lastEventName: ({ path }) => (isMessages(path) ? 'error' : undefined),
  isAt: (url) => FAMILIES.test(url),
  wordsAt,
  document: {
    tagOf: ({ path }) => /^\/v1\/(files|batches)\b/.exec(path)?.[1] ?? 'models',
    security: () => [{ bearer: [] }, { apiKey: [] }],
    failures: (route) =>
      failuresAs(errorsOf(route), {
        type: 'application/json',
        shape: isMessages(route.path) ? MESSAGES_ERROR : OPENAI_ERROR,
      }),
    schemas: {
      [OPENAI_ERROR]: {
        type: 'object',
        required: ['error'],
        properties: { error: ERROR_WORDS },
      },
      [MESSAGES_ERROR]: {
        type: 'object',
        required: ['type', 'error', 'request_id'],
        properties: {
          type: { type: 'string', const: 'error' },
          error: ERROR_WORDS,
          request_id: { type: 'string' },
        },
      },
    },
  },
};

export const route = routesOn(openaiSurface);
