import { STATUS_CODES } from 'node:http';
import type { TSchema } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../../base/errors.ts';
import { isObject } from '../../base/is-object.ts';
import { EXAMPLE_BODIES } from './example-bodies.ts';
import { PARAMETERS, TAGS } from './openapi-words.ts';
import { PROPERTIES } from './property-words.ts';
import { scopesOf, type Route } from '../route.ts';
import type { Json } from '../surface.ts';

/** Errors that any route can give, any that takes a body, and any behind a key. */
const EVERYWHERE: ErrorCode[] = [
  'bad_request',
  'key_in_url',
  'invalid_input',
  'internal',
  'storage_unavailable',
];
const WITH_BODY: ErrorCode[] = ['too_large', 'unsupported_media_type'];
/** A parameter of the wrong form: there is no such thing (validation.ts). */
const WITH_PARAMS: ErrorCode[] = ['not_found'];
const WITH_KEY: ErrorCode[] = [
  'conflicting_credentials',
  'missing_key',
  'invalid_key',
  'insufficient_scope',
  'rate_limited',
  'budget_exceeded',
  'invalid_session',
  'csrf_refused',
];

const WITH_SESSION: ErrorCode[] = ['invalid_session', 'csrf_refused'];

/** The OpenAPI 3.1 document, made from the routes. Shapes with a `title` become components. */
export function openapiDocument(routes: readonly Route[], version: string): Json {
  const components = new Map<string, Json>();
  for (const [title, shape] of Object.entries(errorShapes(routes))) plain({ ...shape, title }, components);
  const paths: Record<string, Json> = {};
  for (const declared of routes) {
    const path = declared.path.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{model}');
    paths[path] = { ...paths[path], [declared.method.toLowerCase()]: operation(declared, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keyward',
      version,
      description:
        'Hands out access to AI. Send a key as `Authorization: Bearer <key>` or `X-Api-Key: <key>`. Routes of the Developer API accept only the first form. They have the same paths under `/v1` and `/api/v1`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.surface.document.tagOf(route)))].map((name) => ({
      name,
      description: TAGS[name] ?? '',
    })),
    paths,
    components: {
      schemas: Object.fromEntries(components),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'A key, in its own header.' },
        session: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'The `token` in the answer of `POST /api/request-token`. For routes of the web application only.',
        },
        sessionCookie: {
          type: 'apiKey',
          in: 'cookie',
          // Its name as HTTP allows it: clients check that.
          name: 'keyward_INSTANCE',
          description:
            'The session of a browser: `POST /v1/session` sets the cookie, whose name ends with an id of the instance. Any method but GET also needs the header `X-Keyward-Session: 1`. A key in the request wins.',
        },
      },
    },
  };
}

const WHO: Record<string, (declared: Route) => string> = {
  public: () => 'Needs no key.',
  any: () => 'Any key.',
  session: ({ roles }) =>
    `Needs a session${roles === undefined ? '' : ` with the role ${roles.join(' or ')}`}, no key.`,
};

const errorShapes = (routes: readonly Route[]): Record<string, Json> =>
  Object.assign({}, ...routes.map(({ surface }) => surface.document.schemas)) as Record<string, Json>;

function operation(declared: Route, components: Map<string, Json>): Json {
  const { id, summary, description, access } = declared;
  const scope = WHO[access]?.(declared) ?? `Scope: ${scopesOf(declared).join(' and ')}.`;
  return {
    operationId: id,
    summary,
    description: description === undefined ? scope : `${description} ${scope}`,
    tags: [declared.surface.document.tagOf(declared)],
    security: security(declared),
    ...(access in WHO ? {} : { 'x-keyward-scope': access }),
    parameters: parameters(declared),
    ...requestBody(declared, components),
    responses: merged(declared.surface.document.failures(declared), successes(declared, components)),
  };
}

/** A status with several meanings has the content types of all of them; where one is the same, the route's own shape counts. */
function merged(failures: Json, own: Json): Json {
  const all = { ...failures, ...own } as Record<string, Json>;
  for (const status of Object.keys(failures).filter((name) => name in own)) {
    const content = [failures[status], own[status]].map(
      (one) => (one as Json)['content'] as Json | undefined,
    );
    all[status] = { ...all[status], content: { ...content[1], ...content[0], ...content[1] } };
  }
  return all;
}

function security(declared: Route): Json[] {
  if (declared.access === 'public') return [];
  const own = declared.surface.document.security(declared);
  return [...(declared.access === 'session' ? bearerSessions(own) : own), { sessionCookie: [] }];
}

/** Only where no other header than Authorization is read, as on the Developer API. */
const bearerSessions = (security: Json[]): Json[] =>
  security.some((one) => 'apiKey' in one) ? [] : [{ session: [] }];

function parameters({ params, query, headers = {} }: Route): Json[] {
  const from = (place: 'path' | 'query', schema: TSchema | undefined): Json[] => {
    const { properties = {}, required = [] } = (schema ?? {}) as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, property]) => ({
      name: name === '*' ? 'model' : name,
      in: place,
      required: place === 'path' || required.includes(name),
      description: property.description ?? PARAMETERS[name] ?? '',
      schema: plain(property, new Map()),
    }));
  };
  const named = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
  return [...from('path', params), ...from('query', query), ...named];
}

function requestBody(
  { id, body, bodyKind, takesForm, bodyOptional = false }: Route,
  components: Map<string, Json>,
): Json {
  if (body === undefined) return {};
  const schema = plain(body, components);
  const types = bodyTypes({ bodyKind, takesForm });
  const content = Object.fromEntries(types.map((type) => [type, { schema, ...exampleFor(id, type) }]));
  return { requestBody: { required: !bodyOptional, content } };
}

/** A form may have a file, which has to be chosen. */
function exampleFor(id: string, type: string): Json {
  if (type === 'multipart/form-data') return {};
  const example = EXAMPLE_BODIES[id] ?? {};
  return { example: type === 'application/x-ndjson' ? `${JSON.stringify(example)}\n` : example };
}

function bodyTypes({ bodyKind, takesForm }: { [name in 'bodyKind' | 'takesForm']: Route[name] }): string[] {
  if (bodyKind === 'ndjson') return ['application/x-ndjson'];
  if (bodyKind === 'upload') return ['multipart/form-data'];
  return takesForm === true ? ['application/json', 'multipart/form-data'] : ['application/json'];
}

function successes(declared: Route, components: Map<string, Json>): Json {
  const { responses, answersLines } = declared;
  return Object.fromEntries(
    Object.entries(responses).map(([status, schema]) => {
      if (schema === null) return [status, { description: 'Done' }];
      if (schema === 'stream') return [status, bytesAnswer(Number(status), declared, components)];
      const type = answersLines === true ? 'application/x-ndjson' : 'application/json';
      return [status, { description: 'Done', content: { [type]: { schema: plain(schema, components) } } }];
    }),
  );
}

/** Bytes that the handler sends itself. Such a refusal is the reason phrase of its status as plain text, or empty. */
function bytesAnswer(status: number, declared: Route, components: Map<string, Json>): Json {
  const isRefusal = status >= 400;
  const { answerTypes = ['application/octet-stream'], answers } = declared;
  const shapes = answers ?? Object.fromEntries(answerTypes.map((type) => [type, shapeOf(type)]));
  return {
    description: isRefusal ? (STATUS_CODES[status] ?? 'Refused') : 'The answer',
    content: Object.fromEntries(
      Object.entries(isRefusal ? { 'text/plain': shapeOf('text/plain') } : shapes).map(([type, shape]) => [
        type,
        { schema: plain(shape, components) },
      ]),
    ),
  };
}

/** Client generators need a schema for each content type. */
function shapeOf(type: string): Json {
  if (type.startsWith('text/') || type === 'image/svg+xml') return { type: 'string' };
  return type === 'application/json' ? {} : { type: 'string', format: 'binary' };
}

/** The codes that a route can answer with. */
export const errorsOf = ({ method, access, params, errors = [] }: Route): ErrorCode[] => [
  ...new Set([
    ...EVERYWHERE,
    ...(method === 'GET' ? [] : WITH_BODY),
    ...(access === 'public' ? [] : access === 'session' ? WITH_SESSION : WITH_KEY),
    ...(params === undefined ? [] : WITH_PARAMS),
    ...errors,
  ]),
];

/** The same by status. */
export function failuresAs(
  codes: readonly ErrorCode[],
  { type, shape }: { type: string; shape: string },
): Json {
  const byStatus = Map.groupBy(codes, (code) => ERROR_CODES[code].status);
  const content = { [type]: { schema: { $ref: `#/components/schemas/${shape}` } } };
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [status, { description: list.join(', '), content }]),
  );
}

/** A schema as plain JSON; parts with a title move to the components. */
function plain(schema: unknown, components: Map<string, Json>, component = ''): unknown {
  if (Array.isArray(schema)) return schema.map((item) => plain(item, components, component));
  if (!isObject(schema)) return schema;
  const { title, ...rest } = schema;
  const within = typeof title === 'string' ? title : component;
  const copy = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, plain(value, components, within)]),
  );
  // A property may have the name `title`.
  if (title !== undefined && typeof title !== 'string') copy.title = plain(title, components, within);
  if (isObject(copy.properties)) describeMembers(copy.properties, within);
  if (typeof title !== 'string') return copy;
  components.set(title, copy);
  return { $ref: `#/components/schemas/${title}` };
}

/** A member without a description gets that of its name. */
function describeMembers(members: Json, component: string): void {
  for (const [name, member] of Object.entries(members)) {
    if (!isObject(member) || '$ref' in member) continue;
    // Client generators lack the type null: a text or null, and no text, means the same.
    if (member.type === 'null') Object.assign(member, { type: ['string', 'null'], not: { type: 'string' } });
    if ('description' in member) continue;
    const { anyOf = [] } = member as { anyOf?: Json[] };
    const ofPart = anyOf.find(({ description }) => description !== undefined)?.description;
    const words = ofPart ?? PROPERTIES[`${component}.${name}`] ?? PROPERTIES[name];
    if (words !== undefined) member.description = words;
  }
}
