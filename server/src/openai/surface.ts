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
import { openaiError, type Models } from '../models/index.ts';
import type { Budgets } from '../usage/index.ts';

export interface Services extends KernelServices {
  models: Models;
  budgets: Budgets;
  batches: Batches;
}

export type Route = AnyRoute<Services>;

const OPENAI_ERROR = 'OpenAIError';

const openaiShape = (error: KeywardError): ErrorAnswer => ({
  status: error.status,
  headers: { ...challengeHeaders(error), 'content-type': 'application/json; charset=utf-8' },
  body: openaiError(error),
});

/** The OpenAI API. */
export const openaiSurface: Surface<Services> = {
  name: 'openai',
  readCredential,
  formatError: openaiShape,
  lastEvent: errorEvent,
  // An unknown path is an error of another surface.
  isAt: () => false,
  document: {
    tagOf: ({ path }) => /^\/v1\/(files|batches)\b/.exec(path)?.[1] ?? 'models',
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
