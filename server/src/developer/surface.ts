import type { IncomingHttpHeaders } from 'node:http';
import { KeywardError } from '../base/errors.ts';
import { BODY_MAX_BYTES, errorEvent, routesOn } from '../http/index.ts';
import type { DeclareRoute, Json, Surface } from '../http/index.ts';
import { phrase } from './answers.ts';
import { abortBody } from './chat/chat-answers.ts';
import { allowOrigin, preflight } from './cors.ts';
import { parseLenient, refuseAfterBody } from './body.ts';
import { developerShape } from './errors.ts';
import { plainUrl } from './paths.ts';
import { isWidgetPath, widgetPreflight } from './widgets/widget-pages.ts';
import type { Services } from './services.ts';

const ERROR = 'DeveloperError';

/** The Developer API and the routes of its web application: AnythingLLM's, for its clients. */
export const developerSurface: Surface<Services> = {
  name: 'developer',
  // Its clients look for JSON of their own kind wherever they took the base URL from (contract, deviation 10).
  isAt: (url) => /^\/api(?:\/|$)/i.test(url),
  plainUrl,
  readCredential: readDeveloperCredential,
  formatError: developerShape,
  lastEvent: (why, { path }) =>
    path.startsWith('/v1/openai') ? errorEvent(why) : abortBody(`${why.message} (${why.code})`),
  readLenient: parseLenient,
  isLenient: true,
  allowOrigin,
  preflight: (services, context, isPath) => {
    if (isWidgetPath(context.request.url ?? '/'))
      return widgetPreflight(services, context).then((headers) => ({ status: 204, headers }));
    return isPath ? { status: 204, headers: preflight(context) } : undefined;
  },
  refusedSession: phrase(401),
  refuse: refuseAfterBody,
  document: {
    tagOf: ({ id }) => id.split('.', 1)[0] ?? '',
    security: () => [{ bearer: [] }],
    failures: ({ access, method }) => {
      const broken = { 500: { description: 'Internal Server Error' } };
      if (access === 'public')
        return method === 'GET' ? broken : { 429: failure('Too many attempts'), ...broken };
      if (access === 'session')
        return { 401: failure('Nobody is logged in, or has no such role'), ...broken };
      return {
        403: failure('No valid key, or its scope is missing'),
        429: failure('A limit of the key is reached'),
        ...broken,
      };
    },
    schemas: { [ERROR]: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } } },
  },
};

/**
 * The key of a request to the Developer API: the second word of `Authorization`, whatever the first one is. Its clients
 * send `Bearer`, `bearer`, `Token`; a bare key or `X-Api-Key` opens nothing there.
 * @throws KeywardError `missing_key`
 */
function readDeveloperCredential({ authorization }: IncomingHttpHeaders): string {
  const key = secondWord(authorization ?? '');
  if (key !== '') return key;
  throw new KeywardError('missing_key', 'This endpoint needs a key.', {
    hint: 'Send "Authorization: Bearer <key>".',
  });
}

/** As `text.split(' ')[1]`, without the list: each request asks for it. */
function secondWord(text: string): string {
  const start = text.indexOf(' ') + 1;
  if (start === 0) return '';
  const end = text.indexOf(' ', start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

const failure = (description: string): Json => ({
  description,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${ERROR}` } } },
});

const declare = routesOn(developerSurface);
const SMALL_BODY = { bodyMaxBytes: BODY_MAX_BYTES };

export const route: DeclareRoute<Services> = (declaration) => {
  // Clients may send a body of whatever type, also where it is not read. One that anybody may send is small, as is one that is not read.
  const isSmall = declaration.body === undefined || declaration.access === 'public';
  return declare({ ...(isSmall ? SMALL_BODY : {}), bodyKind: 'lenient', ...declaration });
};
