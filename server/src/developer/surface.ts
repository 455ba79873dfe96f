import type { IncomingHttpHeaders } from 'node:http';
import type { TObject, TSchema } from 'typebox';
import { KeywardError } from '../base/errors.ts';
import { BODY_MAX_BYTES, errorEvent, routesOn } from '../http/index.ts';
import type { Access, Declared, DeclareRoute, Json, Surface } from '../http/index.ts';
import { phrase } from './answers.ts';
import { abortBody } from './chat/chat-answers.ts';
import { parseLenient, refuseAfterBody } from './body.ts';
import { developerShape } from './errors.ts';
import { plainUrl } from './paths.ts';
import { isWidgetPath, widgetPreflight } from './widgets/widget-pages.ts';
import type { ChatServices, DocumentServices, PeopleServices, Route, Services } from './services.ts';
import type { SystemServices, WidgetServices, WorkspaceServices } from './services.ts';

const ERROR = 'DeveloperError';

/** The Developer API and the routes of its web application: AnythingLLM's, for its clients. */
export const developerSurface: Surface<Services> = {
  name: 'developer',
  // Clients expect JSON of this API under any path of their base URL (contract, deviation 10).
  isAt: (url) => /^\/api(?:\/|$)/i.test(url),
  plainUrl,
  readCredential: readDeveloperCredential,
  formatError: developerShape,
  lastEvent: (why, { path }) =>
    path.startsWith('/v1/openai') ? errorEvent(why) : abortBody(`${why.message} (${why.code})`),
  readLenient: parseLenient,
  isLenient: true,
  // It needs a key: pages of other origins get no credentials, such as the session cookie.
  isOpenToPages: true,
  preflight: (services, context) =>
    isWidgetPath(context.request.url ?? '/')
      ? widgetPreflight(services, context).then((headers) => ({ status: 204, headers }))
      : undefined,
  refusedSession: phrase(401),
  refuse: refuseAfterBody,
  document: {
    tagOf: ({ id }) => id.split('.', 1)[0] ?? '',
    security: () => [{ bearer: [] }],
    failures: ({ access, method }) => {
      const unreadable = { 400: page('The body cannot be read'), 413: failure('The body is too large') };
      const any = {
        ...(method === 'GET' ? {} : unreadable),
        422: failure('A value is not allowed'),
        500: plainText('Internal Server Error'),
        503: failure('The database cannot be reached'),
      };
      if (access === 'public') return method === 'GET' ? any : { ...any, 429: failure('Too many attempts') };
      if (access === 'session')
        return { ...any, 401: orPhrase(failure('Nobody is logged in, or has no such role')) };
      return {
        ...any,
        403: failure('No valid key, or its scope is missing'),
        429: failure('A limit of the key is reached'),
      };
    },
    schemas: { [ERROR]: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } } },
  },
};

/**
 * The key of a request to the Developer API: the second word of `Authorization`, after any first word. Clients send
 * `Bearer`, `bearer` and `Token`. A bare key or `X-Api-Key` is not accepted.
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

const failure = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${ERROR}` } } },
});

const ofType = (type: string) => (description: string) => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});
const page = ofType('text/html');
const plainText = ofType('text/plain');

/** JSON, or the reason phrase of the status: a session of another mode or role. */
const orPhrase = ({ description, content }: ReturnType<typeof failure>): Json => ({
  description,
  content: { ...content, ...plainText('').content },
});

const declare = routesOn(developerSurface);
const SMALL_BODY = { bodyMaxBytes: BODY_MAX_BYTES };

const route: DeclareRoute<Services> = (declaration) => {
  // Clients may send a body of any type to any route. It is small where it is not read, or where no key is needed.
  const isSmall = declaration.body === undefined || declaration.access === 'public';
  return declare({ ...(isSmall ? SMALL_BODY : {}), bodyKind: 'lenient', ...declaration });
};

/** The declarations of a folder: its handlers are given the services of the folder and no others. */
type RouteOf<S> = <
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
  B extends TSchema = TSchema,
  const A extends Access = Access,
>(
  declaration: Declared<S, P, Q, B, A>,
) => Route;

export const chatRoute: RouteOf<ChatServices> = route;
export const peopleRoute: RouteOf<PeopleServices> = route;
export const widgetRoute: RouteOf<WidgetServices> = route;
export const workspaceRoute: RouteOf<WorkspaceServices> = route;
export const documentRoute: RouteOf<DocumentServices> = route;
export const systemRoute: RouteOf<SystemServices> = route;
