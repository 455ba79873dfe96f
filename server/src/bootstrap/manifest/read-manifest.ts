import { Ajv, type ErrorObject } from 'ajv';
import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { allowedForm, rangeOf, type Declared } from '../../base/forms/allowed-form.ts';
import { fieldPath } from '../../base/forms/field-path.ts';
import { isObject } from '../../base/is-object.ts';
import { Manifest } from './manifest.ts';
import { meaningFaults } from './meaning.ts';

/** One fault, where a text editor finds it. Lines and columns count from 1. */
export interface ManifestFault {
  line: number;
  column: number;
  /** Such as `keys.anythingllm.store[0].field`. */
  field: string;
  message: string;
}

/** @property faults in the order of their lines; never empty. */
export class ManifestError extends Error {
  readonly faults: readonly ManifestFault[];

  constructor(file: string, faults: readonly ManifestFault[]) {
    super(
      faults
        .map(({ line, column, field, message }) => `${file}:${line}:${column} ${field}: ${message}`)
        .join('\n'),
    );
    this.name = 'ManifestError';
    this.faults = faults;
  }
}

type Path = (string | number)[];
type Json = Record<string, unknown>;

const MANIFEST_MAX_BYTES = 1024 * 1024;
const FAULTS_MAX = 20;
const DEPTH_MAX = 20;
const ALIASES_MAX = 100;

/**
 * Reads a manifest, with its defaults filled in.
 * @param file for messages. @param variables replace `${NAME}` and `${NAME:-default}` in its texts.
 * @throws ManifestError naming each fault with its line and column
 */
export function readManifest(text: string, file: string, variables: NodeJS.ProcessEnv): Manifest {
  const lines = new LineCounter();
  const fail = (faults: ManifestFault[]): never => {
    throw new ManifestError(
      file,
      faults.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, FAULTS_MAX),
    );
  };
  if (Buffer.byteLength(text) > MANIFEST_MAX_BYTES)
    fail([{ line: 1, column: 1, field: 'manifest', message: 'must have at most 1 MiB' }]);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0)
    fail(
      document.errors.map(({ pos, message }) => ({ ...place(lines, pos[0]), field: 'manifest', message })),
    );
  const at = (path: Path, isKey = false) => place(lines, offsetOf(document, path, isKey));
  const faults: ManifestFault[] = [];
  const add = (path: Path, message: string, isKey = false) =>
    void faults.push({ ...at(path, isKey), field: shown(path), message });
  const value: unknown = withVariables(plainOf(document, add), variables, add);
  if (faults.length > 0) fail(faults);
  const shared = new SharedSchemas();
  const schema = shared.whole(narrowed(Manifest, value, shared));
  const options = {
    strict: false,
    allErrors: true,
    useDefaults: true,
    verbose: true,
    inlineRefs: false,
    // The schema is our own: to check it by the schema of schemas takes longer than to check the manifest.
    meta: false,
    validateSchema: false,
  };
  const ajv = new Ajv(options);
  if (!ajv.validate(schema, value))
    for (const error of withoutBranches(ajv.errors ?? [])) add(...faultOf(error));
  else for (const fault of meaningFaults(value as Manifest)) add(...fault);
  if (faults.length > 0) fail(faults);
  return value as Manifest;
}

/** Aliases that multiply would fill the memory. */
function plainOf(document: Document, add: (path: Path, message: string) => void): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch {
    return add([], `must use aliases at most ${ALIASES_MAX} times`);
  }
}

/** `${NAME}` in texts; a name without a value and without a default is a fault. */
function withVariables(
  value: unknown,
  variables: NodeJS.ProcessEnv,
  add: (path: Path, message: string) => void,
): unknown {
  const walk = (part: unknown, path: Path): unknown => {
    // An alias may lead back to what it stands in.
    if (path.length > DEPTH_MAX) return add(path, `must have at most ${DEPTH_MAX} levels`);
    if (Array.isArray(part)) return part.map((item, index) => walk(item, [...path, index]));
    if (isObject(part))
      return Object.fromEntries(
        Object.entries(part).map(([name, item]) => [name, walk(item, [...path, name])]),
      );
    if (typeof part !== 'string') return part;
    return part.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (whole, name: string, otherwise?: string) => {
      const given = variables[name] === '' ? undefined : variables[name];
      if (given === undefined && otherwise === undefined)
        add(path, `needs the variable ${name}, or a default as in \${${name}:-value}`);
      return given ?? otherwise ?? whole;
    });
  };
  return walk(value, []);
}

/** Equal parts of a schema once: to compile a part takes a thousand times as long as to check a value by it. */
class SharedSchemas {
  readonly #names = new Map<string, string>();
  readonly #parts: Json = {};

  /** Its default is read where the member is declared, so that a part with one stays there. */
  reference(part: Json): Json {
    if ('default' in part) return part;
    const text = JSON.stringify(part);
    const name = this.#names.get(text) ?? `part${this.#names.size}`;
    this.#names.set(text, name);
    this.#parts[name] = part;
    return { $ref: `#/$defs/${name}` };
  }

  whole(schema: unknown): Json {
    return { ...(schema as Json), $defs: this.#parts };
  }
}

/** The schema with the branch of each union that the value is meant for: errors then name its field, not all branches. */
function narrowed(schema: unknown, value: unknown, shared: SharedSchemas): unknown {
  if (!isObject(schema)) return schema;
  const { anyOf, properties, patternProperties, items } = schema as {
    anyOf?: Json[];
    properties?: Json;
    patternProperties?: Json;
    items?: Json;
  };
  if (anyOf !== undefined) {
    const branch = anyOf.find((one) => isMeant(one, value));
    return branch === undefined ? schema : narrowed(branch, value, shared);
  }
  if (Array.isArray(value) && value.length > 0 && items !== undefined) {
    const { items: _, ...rest } = schema;
    return { ...rest, items: value.map((item) => narrowed(items, item, shared)) };
  }
  if (!isObject(value)) return schema;
  const each = patternProperties === undefined ? undefined : Object.values(patternProperties)[0];
  const known: Json =
    each === undefined
      ? (properties ?? {})
      : Object.fromEntries(Object.keys(value).map((name) => [name, each]));
  const parts = Object.entries(known).map(([name, part]) => [
    name,
    name in value ? narrowed(part, value[name], shared) : defaultOf(part),
  ]);
  return shared.reference({
    ...schema,
    properties: Object.fromEntries(parts) as Json,
    ...(each === undefined ? {} : { patternProperties: {} }),
  });
}

/** Of a member that is left out the rest has no use, and takes most of the time to compile. */
const defaultOf = (schema: unknown): Json =>
  isObject(schema) && 'default' in schema ? { default: schema['default'] } : {};

/** By the member that names the kind (`type`, `method`), or by one that the branch cannot do without. */
function isMeant({ properties, required }: Json, value: unknown): boolean {
  if (!isObject(properties) || !Array.isArray(required) || !isObject(value)) return false;
  const needed = required.map(String);
  const kinds = needed.filter((name) => 'const' in (properties[name] as Json));
  if (kinds.length > 0) return kinds.every((name) => value[name] === (properties[name] as Json)['const']);
  return needed.some((name) => name in value);
}

/** Of a union whose kind is unknown only the union is named, not what each of its branches lacks. */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf');
  const isInUnion = ({ instancePath }: ErrorObject): boolean =>
    unions.some((union) => instancePath.startsWith(union.instancePath));
  return errors.filter((error) => unions.includes(error) || !isInUnion(error));
}

function faultOf({
  instancePath,
  keyword,
  params,
  message,
  parentSchema,
}: ErrorObject): [Path, string, boolean?] {
  const path: Path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const { additionalProperty, missingProperty } = params as Record<string, string | undefined>;
  switch (keyword) {
    case 'additionalProperties':
      return [
        [...path, additionalProperty ?? ''],
        `is not a known field; known: ${namesOf(parentSchema).join(', ')}`,
        true,
      ];
    case 'required':
      return [path, `must have ${missingProperty ?? ''}`, true];
    case 'anyOf':
      return [
        path,
        `must be one of: ${((parentSchema as { anyOf: Json[] }).anyOf ?? []).map(branchName).join('; ')}`,
      ];
    case 'propertyNames':
    case 'false schema':
      return [path, message ?? 'is not valid'];
    case 'minimum':
    case 'maximum':
      return [path, `must be ${rangeOf(parentSchema as Declared)}`];
    default:
      return [path, `must be ${allowedForm(parentSchema as Declared)}`];
  }
}

const namesOf = (schema: unknown): string[] => Object.keys((schema as Json)['properties'] ?? {});

function branchName(branch: Json): string {
  if ('const' in branch) return JSON.stringify(branch['const']);
  const kind = Object.entries((branch['properties'] ?? {}) as Json).find(
    ([, part]) => isObject(part) && 'const' in part,
  );
  return kind === undefined
    ? `{ ${(branch as { required?: string[] }).required?.[0] ?? ''}: … }`
    : `${kind[0]}: ${String((kind[1] as Json)['const'])}`;
}

const shown = (path: Path): string => fieldPath(path) || 'manifest';

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** The offset of a value or of its name; if it does not exist, of the nearest part above. */
function offsetOf(document: Document, path: Path, isKey: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    const node = length === path.length && isKey ? keyNode(document, part) : document.getIn(part, true);
    const range = (node as { range?: [number, number, number] | null } | undefined)?.range;
    if (range !== undefined && range !== null) return range[0];
  }
  return 0;
}

function keyNode(document: Document, path: Path): unknown {
  const parent = document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1))
    : undefined;
  return pair?.key ?? document.getIn(path, true);
}
