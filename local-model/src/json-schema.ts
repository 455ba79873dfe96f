import { ApiError } from './api-error.ts';

const ROOT = 'response_format.json_schema.schema';
const DEPTH_LIMIT = 32;
const NODES_LIMIT = 2_000;
/** Counts become rules of the grammar, one for each repetition. */
const COUNT_LIMIT = 1_000;
const COUNTS = new Set(['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']);
const LITERALS_LIMIT = 1_000;

/** They do not restrict values. */
const NOTES = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$schema',
  '$id',
  '$comment',
  'deprecated',
]);
/** The grammar supports them unchanged; `required` because it writes every property. */
const PLAIN = new Set(['type', 'required', 'format']);
const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array']);
const FORMATS = new Set(['date-time', 'time', 'date']);
const ANY = { oneOf: [...TYPES].map((type) => grammarOfType(type)) };

function grammarOfType(type: string): object {
  if (type === 'object') return { type, additionalProperties: true };
  return { type };
}

type Schema = Record<string, unknown>;

/**
 * A JSON schema for the grammar generator. Throws 400 naming the place for a keyword that a grammar does not support
 * (pattern, minimum, allOf, …): without it answers would not conform.
 */
export function grammarSchema(schema: unknown): object {
  let nodes = 0;
  const definitions = new Set<string>();
  const references = new Map<string, string>();
  const convert = (value: unknown, path: string, depth: number): Schema => {
    nodes += 1;
    if (depth > DEPTH_LIMIT || nodes > NODES_LIMIT) throw bad(path, 'is too deep or too large');
    if (value === true) return ANY;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw bad(path, 'must be a JSON schema');
    }
    const result: Schema = {};
    for (const [keyword, content] of Object.entries(value)) {
      if (NOTES.has(keyword)) continue;
      const place = `${path}.${keyword}`;
      Object.assign(result, convertKeyword({ keyword, content, place }, depth, convert));
    }
    for (const name of Object.keys(result['$defs'] ?? {})) definitions.add(`#/$defs/${name}`);
    if (typeof result['$ref'] === 'string') references.set(`${path}.$ref`, result['$ref']);
    return completed(result, path);
  };
  const converted = convert(schema, ROOT, 0);
  for (const [place, target] of references) {
    if (!definitions.has(target)) throw bad(place, 'names no definition');
  }
  return converted;
}

interface Keyword {
  readonly keyword: string;
  readonly content: unknown;
  readonly place: string;
}

type Convert = (value: unknown, path: string, depth: number) => Schema;

function convertKeyword({ keyword, content, place }: Keyword, depth: number, convert: Convert): Schema {
  if (keyword === 'format' && !FORMATS.has(content as string)) throw unsupported(place);
  if (keyword === '$ref') return { $ref: localReference(content, place) };
  if (COUNTS.has(keyword)) {
    if (Number.isInteger(content) && Number(content) >= 0 && Number(content) <= COUNT_LIMIT)
      return { [keyword]: content };
    throw bad(place, `must be a whole number from 0 to ${COUNT_LIMIT}`);
  }
  if (keyword === 'const' || keyword === 'enum') return { [keyword]: literals(keyword, content, place) };
  if (PLAIN.has(keyword)) return { [keyword]: content };
  switch (keyword) {
    case 'properties':
    case '$defs':
    case 'definitions': {
      if (typeof content !== 'object' || content === null) throw bad(place, 'must be an object');
      const entries = Object.entries(content).map(([name, schema]) => {
        return [name, convert(schema, `${place}.${name}`, depth + 1)] as const;
      });
      return { [keyword === 'definitions' ? '$defs' : keyword]: Object.fromEntries(entries) };
    }
    case 'items':
      return { items: convert(content, place, depth + 1) };
    case 'additionalProperties':
      if (typeof content === 'boolean') return { additionalProperties: content };
      return { additionalProperties: convert(content, place, depth + 1) };
    case 'oneOf':
    case 'anyOf':
    case 'prefixItems': {
      if (!Array.isArray(content) || content.length === 0) throw bad(place, 'must be a list of schemas');
      const list = content.map((schema, index) => convert(schema, `${place}.${index}`, depth + 1));
      return { [keyword === 'anyOf' ? 'oneOf' : keyword]: list };
    }
    default:
      throw unsupported(place);
  }
}

/** For the cases that the generator reads in another way than JSON Schema. */
function completed(schema: Schema, path: string): Schema {
  const types = [schema['type'] ?? []].flat();
  if (types.some((type) => typeof type !== 'string' || !TYPES.has(type))) {
    throw bad(`${path}.type`, `must be one of ${[...TYPES].join(', ')}`);
  }
  if (Object.keys(schema).length === 0) return ANY;
  const isOpen = types.includes('object') && !('properties' in schema);
  if (isOpen && !('additionalProperties' in schema)) return { ...schema, additionalProperties: true };
  const isComplex = types.includes('object') || types.includes('array');
  if (types.length > 1 && isComplex) {
    // The generator accepts lists of simple types only.
    return { oneOf: types.map((type) => completed({ ...schema, type }, path)) };
  }
  return schema;
}

function literals(keyword: string, content: unknown, place: string): unknown {
  const list: unknown[] = keyword === 'const' ? [content] : Array.isArray(content) ? content : [];
  const isSimple = (item: unknown): boolean =>
    item === null || ['string', 'number', 'boolean'].includes(typeof item);
  if (list.length > 0 && list.length <= LITERALS_LIMIT && list.every(isSimple)) return content;
  throw bad(place, 'must be strings, numbers, true, false or null');
}

function localReference(content: unknown, place: string): string {
  const name =
    typeof content === 'string' ? /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(content)?.[1] : undefined;
  if (name === undefined) throw bad(place, 'must have the form #/$defs/name');
  return `#/$defs/${name}`;
}

function bad(path: string, what: string): ApiError {
  return ApiError.badField(path, what, 'invalid_json_schema');
}

function unsupported(path: string): ApiError {
  return bad(path, 'is a keyword the local model cannot hold to');
}
