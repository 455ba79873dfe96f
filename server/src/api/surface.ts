import { ERROR_CODES } from '../base/errors.ts';
import { errorEvent, errorsOf, failuresAs, problemShape, readCredential, routesOn } from '../http/index.ts';
import type { Surface } from '../http/index.ts';
import type { Services } from './services.ts';

const PROBLEM = 'Problem';

/** Keyward's own API: errors after RFC 9457. It answers paths that no surface claims. */
export const apiSurface: Surface<Services> = {
  name: 'api',
  plainUrl: underWorkers,
  readCredential,
  formatError: problemShape,
  lastEvent: errorEvent,
  document: {
    tagOf: ({ id }) => id.split('.', 1)[0] ?? '',
    security: () => [{ bearer: [] }, { apiKey: [] }],
    failures: (route) => failuresAs(errorsOf(route), { type: 'application/problem+json', shape: PROBLEM }),
    schemas: {
      [PROBLEM]: {
        type: 'object',
        description: 'RFC 9457',
        required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'request_id'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          code: { type: 'string', enum: Object.keys(ERROR_CODES) },
          hint: { type: ['string', 'null'] },
          request_id: { type: 'string' },
          errors: {
            type: 'array',
            items: {
              type: 'object',
              required: ['field', 'message'],
              properties: { field: { type: 'string' }, message: { type: 'string' } },
            },
          },
        },
      },
    },
  },
};

export const route = routesOn(apiSurface);

/** Pages for browsers. Their query is for the script of the page, or comes from the link of a mail: the server reads none of it. */
export const page = routesOn<Services>({
  name: 'pages',
  readCredential,
  formatError: problemShape,
  lastEvent: errorEvent,
  ignoresUnknownQuery: true,
  document: apiSurface.document,
});

const M = 0x6d;
const LOWER_CASE = 0x20;

/** Other words for groups of endpoints, which `plainUrl` rewrites. */
export const ALIASES: Readonly<Record<string, string>> = { miners: 'workers' };

/** `/v1/miners` is `/v1/workers`: AITBC's word for them. */
function underWorkers(url: string): string {
  if ((url.charCodeAt(4) | LOWER_CASE) !== M && (url.charCodeAt(8) | LOWER_CASE) !== M) return url;
  return url.replace(/^((?:\/api)?\/v1)\/miners(?=[/?]|$)/i, '$1/workers');
}
