import type { KeywardError } from '../base/errors.ts';
import {
  challengeHeaders,
  errorEvent,
  errorsOf,
  failuresAs,
  readCredential,
  routesOn,
} from '../http/index.ts';
import type { ErrorAnswer, Surface } from '../http/index.ts';
import type { Services } from './services.ts';

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
  return {
    status: error.status,
    headers: { ...challengeHeaders(error), 'content-type': 'application/json; charset=utf-8' },
    body: { error: { message, type, param: errors?.[0]?.field ?? paramOf(error), code: error.code } },
  };
}

const paramOf = (error: KeywardError): string | null => (error.code === 'model_not_found' ? 'model' : null);

/** The OpenAI API: any model behind a key. */
export const openaiSurface: Surface<Services> = {
  name: 'openai',
  readCredential,
  formatError: openaiShape,
  lastEvent: errorEvent,
  // No address that leads nowhere is its own.
  isAt: () => false,
  document: {
    // It is one thing to its callers, however many nouns it has.
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
