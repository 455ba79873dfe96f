import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv';
import { ERROR_CODES, type ErrorCode } from '../src/base/errors.ts';
import { allRoutes } from '../src/app/routes.ts';
import { openapiDocument } from '../src/http/index.ts';

/** An answer as it came, with the request it belongs to. */
export interface Answered {
  method: string;
  /** With its query. */
  path: string;
  status: number;
  headers: Headers;
  text: string;
}

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

const routes = allRoutes('0.0.0');
const surfaces = [...new Set(routes.map(({ surface }) => surface))];
const document = openapiDocument(routes, '0.0.0') as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'all', components: exact(document.components) as object });
const validators = new Map<object, ValidateFunction>();

/** The same schemas, but an object holds no member that is not declared: what is undeclared reaches no SDK. */
function exact(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(exact);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, exact(value)]));
  if (typeof copy['$ref'] === 'string') copy['$ref'] = `all${copy['$ref']}`;
  const isError = JSON.stringify(copy['required'] ?? '').includes('request_id');
  if (copy['properties'] !== undefined && copy['additionalProperties'] === undefined && !isError)
    copy['additionalProperties'] = false;
  return copy;
}

function operationOf(method: string, path: string): Operation | undefined {
  const plain = plainOf(path);
  // A route without parameters goes before one with them, as in the router.
  const found = routes
    .filter((route) => route.method === method && patternOf(route.path).test(plain))
    .sort((a, b) => Number(/[:*]/.test(a.path)) - Number(/[:*]/.test(b.path)))[0];
  if (found === undefined) return undefined;
  const documented = found.path.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{model}');
  return document.paths[documented]?.[found.method.toLowerCase()];
}

/** As routes are found: without `/api` before `/v1`, a slash at the end, and a query. */
const plainOf = (path: string): string =>
  (path.split('?', 1)[0] ?? '').replace(/^\/api(?=\/v1(?:\/|$))/i, '').replace(/(?<=.)\/$/, '');

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+').replace('*', '.*')}$`, 'i');

/**
 * What is wrong with an answer: a shape other than declared for its route and status, an error that its route does
 * not declare, no request id. Empty: nothing.
 */
export function faultsOf(answered: Answered): string[] {
  const { method, path, status, headers, text } = answered;
  const faults = headers.get('x-request-id') === null ? ['has no x-request-id'] : [];
  if (headers.get('x-content-type-options') !== 'nosniff') faults.push('has no nosniff');
  const operation = operationOf(method, path);
  if (status >= 400) faults.push(...errorFaults(answered, operation));
  else if (operation !== undefined) faults.push(...successFaults(answered, operation));
  return faults.map((fault) => `${method} ${path} → ${status} ${fault}: ${text.slice(0, 500)}`);
}

/** Stricter than `faultsOf`: status, content type and members are declared, of refusals too. */
export function undeclared(
  { method, path }: { method: string; path: string },
  { status, type, text }: { status: number; type: string; text: string },
): string | undefined {
  const documented = path.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{model}');
  const declared = document.paths[documented]?.[method.toLowerCase()]?.responses[status];
  if (declared === undefined) return `${status} is not declared: ${text.slice(0, 300)}`;
  // An event without a content type, as clients of the Developer API know it.
  if (text === '' || type === '') return undefined;
  const schema = declared.content?.[type]?.schema;
  if (schema === undefined) return `${status} ${type} is not declared: ${text.slice(0, 300)}`;
  const faults = type === 'application/json' ? shapeFaults(schema, text) : [];
  return faults.length === 0 ? undefined : `${status} ${faults.join()}: ${text.slice(0, 300)}`;
}

function successFaults({ status, headers, text }: Answered, operation: Operation): string[] {
  const declared = operation.responses[status];
  if (declared === undefined) return ['is not declared'];
  const [first] = Object.entries(declared.content ?? {});
  if (first === undefined) return text === '' ? [] : ['has a body'];
  const [type, { schema }] = first;
  if (schema === undefined || isSentAsIs(operation, status)) return [];
  if (!(headers.get('content-type') ?? '').startsWith(type)) return [`is not ${type}`];
  const values = type === 'application/x-ndjson' ? text.trim().split('\n') : [text];
  return values.flatMap((value) => shapeFaults(schema, value));
}

/** Bytes of a handler or an upstream, which are described but have no one shape. */
const isSentAsIs = ({ operationId }: Operation, status: number): boolean =>
  routes.find(({ id }) => id === operationId)?.responses[status] === 'stream';

function shapeFaults(schema: object, text: string): string[] {
  if (text === '') return [];
  const known = validators.get(schema);
  const validate = known ?? ajv.compile(exact(schema) as object);
  validators.set(schema, validate);
  return validate(JSON.parse(text)) ? [] : [ajv.errorsText(validate.errors)];
}

/** Also for a method that the path does not take; an address that cannot be decoded belongs to no surface. */
function surfaceOf(path: string): string {
  const plain = plainOf(path);
  try {
    decodeURIComponent(plain);
  } catch {
    return 'api';
  }
  const found = routes.find((route) => patternOf(route.path).test(plain));
  const surface = found?.surface ?? surfaces.find((one) => one.isAt?.(path) === true);
  return surface?.name ?? 'api';
}

/** One of the route's own answers, or an error that any route of the Developer API can give. */
function developerFaults(answered: Answered, operation: Operation | undefined): string[] {
  const { status, headers, text } = answered;
  const declared = operation?.responses[status];
  const [first] = Object.entries(declared?.content ?? {});
  if (declared !== undefined && first === undefined) return [];
  const hasShape = operation !== undefined && !isSentAsIs(operation, status);
  const type = headers.get('content-type') ?? '';
  const own = Object.entries(declared?.content ?? {}).find(([name]) => type.startsWith(name));
  if (hasShape && own?.[0] === 'application/json' && own[1].schema !== undefined) {
    const faults = shapeFaults(own[1].schema, text);
    if (faults.length === 0) return [];
    return isPlainError(text) ? [] : faults;
  }
  return type.startsWith('application/json') && !isPlainError(text) ? ['has no shape that is declared'] : [];
}

const isPlainError = (text: string): boolean =>
  typeof (JSON.parse(text) as { error?: unknown }).error === 'string';

const openaiErrorAt = (path: string): string =>
  /^\/v1\/messages(?:[/?]|$)/i.test(plainOf(path)) ? 'MessagesError' : 'OpenAIError';

const isKnown = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);

function errorFaults(answered: Answered, operation: Operation | undefined): string[] {
  const { method, path, status, headers, text } = answered;
  if (method === 'HEAD') return text === '' ? [] : ['has a body'];
  if (surfaceOf(path) === 'developer') return developerFaults(answered, operation);
  const openai = surfaceOf(path) === 'openai';
  const name = openai ? openaiErrorAt(path) : 'Problem';
  const type = openai ? 'application/json' : 'application/problem+json';
  const faults = (headers.get('content-type') ?? '').startsWith(type) ? [] : [`is not ${type}`];
  faults.push(...shapeFaults(document.components.schemas[name] ?? {}, text));
  const parsed = JSON.parse(text) as { code?: string; request_id?: string; error?: { code: string } };
  const code = parsed.error?.code ?? parsed.code ?? '';
  if (!isKnown(code)) return [...faults, `has the unknown code ${code}`];
  // An upstream that is not known yet is told apart from one that failed.
  const isNotKnownYet = code === 'upstream_unavailable' && status === 503;
  if (ERROR_CODES[code].status !== status && !isNotKnownYet)
    faults.push(`has the code ${code} of another status`);
  if (!openai && parsed.request_id !== headers.get('x-request-id')) faults.push('has another request_id');
  const responses = operation?.responses ?? {};
  const declared = responses[status];
  if (operation !== undefined && declared === undefined && status !== 405)
    faults.push('is an error that is not declared');
  return faults;
}
