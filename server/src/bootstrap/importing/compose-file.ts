import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { ImportError } from './import-error.ts';
import { anchorIn, numberIn } from './value-obstacles.ts';

/** A variable of a service, where the compose file sets it. */
export interface EnvironmentEntry {
  name: string;
  /** As compose replaces variables in it; `${NAME}` for a name alone. */
  text: string;
  /** What has to be masked. */
  valueRange: Range;
  item: Pair<Node, Node | null> | Scalar;
  collection: YAMLMap | YAMLSeq;
  /** Why it cannot be moved, if it cannot. */
  obstacle: string | undefined;
}

export type Range = [start: number, end: number];

export interface EnvFileEntry {
  path: string;
  isRequired: boolean;
  /** `raw`: values stand as they are, without quotes and variables. */
  format: string | undefined;
  /** In the list of this service; undefined: the list comes by an alias or a merge. */
  node: Node | undefined;
}

export interface ComposeService {
  name: string;
  image: string;
  map: YAMLMap;
  /** All members, also merged ones. */
  members: ReadonlyMap<string, Pair<Node, Node | null>>;
  environment: EnvironmentEntry[];
  envFiles: EnvFileEntry[];
  /** Why nothing in it can be changed. */
  obstacle: string | undefined;
  isExtension: boolean;
}

export interface ComposeFile {
  path: string;
  text: string;
  document: Document;
  services: ComposeService[];
  root: YAMLMap;
}

/** @throws ImportError naming the line, never its content */
export function readCompose(text: string, path: string): ComposeFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    // The message of the library may quote the line.
    throw new ImportError(`${path}:${line}:${col}: is not valid YAML (${error.code.toLowerCase()}).`);
  }
  const root = document.contents;
  const services = isMap(root) ? resolved(root.get('services', true), document) : undefined;
  if (!isMap(root) || !isMap(services))
    throw new ImportError(`${path} has no services.`, 'Name a compose file, such as compose.yaml.');
  const extended = namesOfExtended(services, document);
  return {
    path,
    text,
    document,
    root,
    services: [...membersOf(services, document)].flatMap(([name, pair]) => {
      const map = resolved(pair.value, document);
      if (!isMap(map)) return [];
      const members = membersOf(map, document);
      return [
        {
          name,
          map,
          members,
          image: textOf(members.get('image')?.value, document) ?? '',
          environment: environmentOf(members.get('environment')?.value, document),
          envFiles: envFilesOf(members.get('env_file')?.value, isOwn(map, members.get('env_file')), document),
          obstacle: sharedPart(name, pair, members),
          isExtension: members.has('extends') || extended.has(name),
        },
      ];
    }),
  };
}

/** What is added to a service must reach no other one. */
function sharedPart(
  name: string,
  { value }: Pair<Node, Node | null>,
  members: ReadonlyMap<string, Pair<Node, Node | null>>,
): string | undefined {
  if (isAlias(value)) return `the service ${name} is a YAML alias`;
  if (isMap(value) && value.anchor !== undefined)
    return `the service ${name} is a YAML anchor that others may merge`;
  const list = ['env_file', 'secrets'].find((member) => {
    const node = members.get(member)?.value;
    return (
      isMap(value) &&
      isOwn(value, members.get(member)) &&
      (isSeq(node) || isScalar(node)) &&
      node.anchor !== undefined
    );
  });
  return list === undefined ? undefined : `${list} of ${name} is a YAML anchor that others may use`;
}

/** What an alias stands for. */
export function resolved(node: unknown, document: Document): Node | undefined {
  const found = isAlias(node) ? node.resolve(document) : node;
  return found === null || found === undefined ? undefined : (found as Node);
}

/**
 * Of a map with its merge keys: own members win, then earlier merges.
 * @param seen maps that an earlier merge has brought: again they add nothing, and a file may merge them without end
 */
export function membersOf(
  map: YAMLMap,
  document: Document,
  seen: Set<YAMLMap> = new Set(),
): Map<string, Pair<Node, Node | null>> {
  seen.add(map);
  const members = new Map<string, Pair<Node, Node | null>>();
  const merged: unknown[] = [];
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (isMergeKey(pair)) merged.push(pair.value);
    else members.set(key, pair);
  }
  for (const source of merged.flatMap((one) => {
    const node = resolved(one, document);
    return isSeq(node) ? node.items.map((item) => resolved(item, document)) : [node];
  }))
    if (isMap(source) && !seen.has(source))
      for (const [key, pair] of membersOf(source, document, seen))
        if (!members.has(key)) members.set(key, pair);
  return members;
}

const isMergeKey = ({ key }: Pair<Node, Node | null>): boolean =>
  isScalar(key) && (key.value === '<<' || typeof key.value === 'symbol');

const isOwn = (map: YAMLMap, pair: Pair<Node, Node | null> | undefined): boolean =>
  pair !== undefined && map.items.includes(pair) && !isAlias(pair.value);

/** As a string, the way it stands in the file: compose turns numbers and switches into texts. */
export function textOf(node: unknown, document: Document): string | undefined {
  const scalar = resolved(node, document);
  if (!isScalar(scalar)) return undefined;
  if (scalar.value === null) return undefined;
  return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? JSON.stringify(scalar.value));
}

function environmentOf(node: unknown, document: Document): EnvironmentEntry[] {
  const collection = resolved(node, document);
  if (isMap(collection))
    return [...membersOf(collection, document)].map(([name, pair]) => ({
      name,
      text: textOf(pair.value, document) ?? `\${${name}}`,
      valueRange: rangeOf(resolved(pair.value, document) ?? pair.key),
      item: pair,
      collection: ownerOf(pair, document) ?? collection,
      obstacle: anchorIn(pair.key, pair.value) ?? numberIn(resolved(pair.value, document)),
    }));
  if (!isSeq(collection)) return [];
  return collection.items.flatMap((item) => {
    const scalar = resolved(item, document);
    const text = textOf(scalar, document);
    if (!isScalar(scalar) || text === undefined) return [];
    const [, name = '', value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(text) ?? [];
    return [
      {
        name,
        text: value ?? `\${${name}}`,
        valueRange: rangeOf(scalar),
        item: scalar,
        collection,
        obstacle: anchorIn(item),
      },
    ];
  });
}

/** The map that has the pair: with merges it may be another one than the map of the service. */
function ownerOf(pair: Pair, document: Document): YAMLMap | undefined {
  let owner: YAMLMap | undefined;
  visit(document, {
    Map: (_, map) => {
      if (!map.items.includes(pair)) return undefined;
      owner = map;
      return visit.BREAK;
    },
  });
  return owner;
}

function envFilesOf(node: unknown, isOwnList: boolean, document: Document): EnvFileEntry[] {
  const list = resolved(node, document);
  const items = isSeq(list) ? list.items : [list];
  return items.flatMap((item) => {
    const entry = resolved(item, document);
    const own = isOwnList && isSeq(list) ? (item as Node) : undefined;
    if (!isMap(entry)) {
      const path = textOf(entry, document);
      return path === undefined ? [] : [{ path, isRequired: true, format: undefined, node: own }];
    }
    const path = textOf(entry.get('path', true), document);
    const format = textOf(entry.get('format', true), document);
    return path === undefined
      ? []
      : [{ path, isRequired: entry.get('required') !== false, format, node: own }];
  });
}

/** Services of the same file that another one extends. */
function namesOfExtended(services: YAMLMap, document: Document): Set<string> {
  const names = [...membersOf(services, document).values()].flatMap((pair) => {
    const map = resolved(pair.value, document);
    const extension = isMap(map) ? resolved(map.get('extends', true), document) : undefined;
    const name = isMap(extension)
      ? textOf(extension.get('service', true), document)
      : textOf(extension, document);
    return name === undefined ? [] : [name];
  });
  return new Set(names);
}

/** Other files that compose reads: `include`, and `extends` with a file. */
export function otherFiles({ root, services, document }: ComposeFile): string[] {
  const include = resolved(root.get('include', true), document);
  const included = (isSeq(include) ? include.items : []).flatMap((item) => {
    const entry = resolved(item, document);
    const path = isMap(entry) ? resolved(entry.get('path', true), document) : entry;
    return (isSeq(path) ? path.items : [path]).map((one) => textOf(one, document));
  });
  const extended = services.map(({ members }) => {
    const extension = resolved(members.get('extends')?.value, document);
    return isMap(extension) ? textOf(extension.get('file', true), document) : undefined;
  });
  return [...included, ...extended].filter((path) => path !== undefined);
}

/** Every text in the file but the values of variables, with its path, such as `services.db.command`. */
export function otherTexts({ document, services }: ComposeFile): { path: string; text: string }[] {
  const values = new Set<unknown>(
    services.flatMap(({ environment }) =>
      environment.map(({ item }) => (isPair(item) ? resolved(item.value, document) : item)),
    ),
  );
  const texts: { path: string; text: string }[] = [];
  visit(document, {
    Scalar: (key, node, path) => {
      if (key === 'key' || values.has(node) || typeof node.value !== 'string') return;
      const names = path.flatMap((part) =>
        isPair(part) && isScalar(part.key) ? [String(part.key.value)] : [],
      );
      // A compose secret may take the value of a variable that it names without "$".
      const isName =
        names.length === 3 && /^(?:secrets|configs)$/.test(names[0] ?? '') && names[2] === 'environment';
      texts.push({ path: names.join('.'), text: isName ? `\${${node.value}}` : node.value });
    },
  });
  return texts;
}

export function rangeOf(node: unknown): Range {
  const range = (node as { range?: [number, number, number] | null } | undefined)?.range;
  if (range === undefined || range === null) throw new Error('A node of a file that was read has a range.');
  return [range[0], range[1]];
}
