import type { KeywardError } from '../base/errors.ts';
import {
  challengeHeaders,
  errorEvent,
  errorsOf,
  failuresAs,
  readCredential,
  routesOn,
} from '../http/index.ts';
import type { ErrorAnswer, KernelServices, Route as AnyRoute, Surface } from '../http/index.ts';
import type { Models } from '../models/index.ts';
import type { Budgets } from '../usage/index.ts';

export interface Services extends KernelServices {
  models: Models;
  budgets: Budgets;
}

export type Route = AnyRoute<Services>;

const OPENAI_ERROR = 'OpenAIError';

const TYPES: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

function openaiShape(error: KeywardError): ErrorAnswer {
  const { hint, errors } = error.extras;
  const type = error.status >= 500 ? 'server_error' : (TYPES[error.status] ?? 'invalid_request_error');
  const message = hint === undefined ? error.message : `${error.message} ${hint}`;
  const param = errors?.[0]?.field ?? (error.code === 'model_not_found' ? 'model' : null);
  return {
    status: error.status,
    headers: { ...challengeHeaders(error), 'content-type': 'application/json; charset=utf-8' },
    body: { error: { message, type, param, code: error.code } },
  };
}

/** The OpenAI API. */
export const openaiSurface: Surface<Services> = {
  name: 'openai',
  readCredential,
  formatError: openaiShape,
  lastEvent: errorEvent,
  // An unknown path is an error of another surface.
  isAt: () => false,
  document: {
    tagOf: () => 'models',
    security: () => [{ bearer: [] }, { apiKey: [] }],
    failures: (route) => failuresAs(errorsOf(route), { type: 'application/json', shape: OPENAI_ERROR }),
    schemas: {
      [OPENAI_ERROR]: {
        type: 'object',
        required: ['error'],
        properties: {
          error: {
            type: 'object',
            required: ['message', 'type', 'param', 'code'],
            properties: {
              message: { type: 'string' },
              type: { type: 'string' },
              param: { type: ['string', 'null'] },
              code: { type: ['string', 'null'] },
            },
          },
        },
      },
    },
  },
};

export const route = routesOn(openaiSurface);
