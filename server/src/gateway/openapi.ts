import { STATUS_CODES } from 'node:http';
import type { TSchema } from 'typebox';
import type { ErrorCode } from '../base/errors.ts';
import { ERROR_CODES } from '../base/errors.ts';
import { PARAMETERS, TAGS } from './openapi-words.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

const OPENAI_ERROR = 'OpenAIError';
const PROBLEM = 'Problem';

/** Errors that any route can give, any that takes a body, and any behind a key. */
const EVERYWHERE: ErrorCode[] = [
  'bad_request',
  'key_in_url',
  'invalid_input',
  'internal',
  'storage_unavailable',
];
const WITH_BODY: ErrorCode[] = ['too_large', 'unsupported_media_type'];
const WITH_KEY: ErrorCode[] = [
  'conflicting_credentials',
  'missing_key',
  'invalid_key',
  'insufficient_scope',
  'rate_limited',
  'budget_exceeded',
];

const ERROR_SHAPES: Json = {
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
  DeveloperError: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } },
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
};

/** The OpenAPI 3.1 document, made from the routes. Shapes with a `title` become components. */
export function openapiDocument(routes: readonly Route[], version: string): Json {
  const components = new Map<string, Json>();
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
        'Hands out access to AI. Send a key as `Authorization: Bearer <key>` or `X-Api-Key: <key>`. Routes of the Developer API take the first of the two, and stand under `/v1` and `/api/v1` alike.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name, description: TAGS[name] ?? '' })),
    paths,
    components: {
      schemas: { ...ERROR_SHAPES, ...Object.fromEntries(components) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'A key, the other way.' },
        session: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'What `POST /api/request-token` answers as `token`. For routes of the web application only.',
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

/** The OpenAI API is one thing to its callers, however many nouns it has. */
const tagOf = ({ id, surface }: Route): string =>
  surface === 'openai' ? 'models' : (id.split('.', 1)[0] ?? '');

function operation(declared: Route, components: Map<string, Json>): Json {
  const { id, summary, description, access } = declared;
  const scope = WHO[access]?.(declared) ?? `Scope: ${access}.`;
  return {
    operationId: id,
    summary,
    description: description === undefined ? scope : `${description} ${scope}`,
    tags: [tagOf(declared)],
    security: security(declared),
    ...(access in WHO ? {} : { 'x-keyward-scope': access }),
    parameters: parameters(declared),
    ...requestBody(declared, components),
    responses: { ...failures(declared), ...successes(declared, components) },
  };
}

function security(declared: Route): Json[] {
  if (declared.access === 'public') return [];
  if (declared.access === 'session') return [{ session: [] }];
  if (declared.surface === 'developer') return [{ bearer: [] }];
  return [{ bearer: [] }, { apiKey: [] }, ...('openTo' in declared ? [{}] : [])];
}

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
  { body, bodyKind, takesForm, bodyOptional = false }: Route,
  components: Map<string, Json>,
): Json {
  if (body === undefined) return {};
  const schema = plain(body, components);
  const types = bodyTypes({ bodyKind, takesForm });
  const content = Object.fromEntries(types.map((type) => [type, { schema }]));
  return { requestBody: { required: !bodyOptional, content } };
}

/** A file can only be sent in a form; a page that shows the document then lets one be picked. */
function bodyTypes({ bodyKind, takesForm }: { [name in 'bodyKind' | 'takesForm']: Route[name] }): string[] {
  if (bodyKind === 'ndjson') return ['application/x-ndjson'];
  if (bodyKind === 'upload') return ['multipart/form-data'];
  return takesForm === true ? ['application/json', 'multipart/form-data'] : ['application/json'];
}

function successes({ responses, bodyKind, answerTypes }: Route, components: Map<string, Json>): Json {
  return Object.fromEntries(
    Object.entries(responses).map(([status, schema]) => {
      if (schema === null) return [status, { description: 'Done' }];
      if (schema === 'stream') return [status, bytesAnswer(Number(status), answerTypes)];
      const type = bodyKind === 'ndjson' ? 'application/x-ndjson' : 'application/json';
      return [status, { description: 'Done', content: { [type]: { schema: plain(schema, components) } } }];
    }),
  );
}

/** No JSON. A refusal of the Developer API is the reason phrase of its status, as plain text or nothing. */
function bytesAnswer(status: number, types: readonly string[] = ['*/*']): Json {
  const isRefusal = status >= 400;
  return {
    description: isRefusal ? (STATUS_CODES[status] ?? 'Refused') : 'The answer',
    content: Object.fromEntries((isRefusal ? ['text/plain'] : types).map((type) => [type, {}])),
  };
}

const developerError = (description: string): Json => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/DeveloperError' } } },
});

/** Errors of the Developer API that any of its routes can give; those of a route itself stand among its answers. */
function developerFailures({ access, method }: Route): Json {
  const broken = { 500: { description: 'Internal Server Error' } };
  if (access === 'public')
    return method === 'GET' ? broken : { 429: developerError('Too many attempts'), ...broken };
  if (access === 'session')
    return { 401: developerError('Nobody is logged in, or has no such role'), ...broken };
  return {
    403: developerError('No valid key, or its scope is missing'),
    429: developerError('A limit of the key is reached'),
    ...broken,
  };
}

function failures(declared: Route): Json {
  const { method, access, errors = [], surface = 'problem' } = declared;
  if (surface === 'developer') return developerFailures(declared);
  const codes = new Set([
    ...EVERYWHERE,
    ...(method === 'GET' ? [] : WITH_BODY),
    ...(access === 'public' ? [] : WITH_KEY),
    ...errors,
  ]);
  const byStatus = Map.groupBy(codes, (code) => ERROR_CODES[code].status);
  const [type, shape] =
    surface === 'openai' ? ['application/json', OPENAI_ERROR] : ['application/problem+json', PROBLEM];
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.join(', '),
        content: { [type]: { schema: { $ref: `#/components/schemas/${shape}` } } },
      },
    ]),
  );
}

/** A schema as plain JSON, with titled parts moved to the components. */
function plain(schema: unknown, components: Map<string, Json>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => plain(item, components));
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, plain(value, components)]),
  );
  const { title } = copy;
  if (typeof title !== 'string') return copy;
  delete copy.title;
  components.set(title, copy);
  return { $ref: `#/components/schemas/${title}` };
}
