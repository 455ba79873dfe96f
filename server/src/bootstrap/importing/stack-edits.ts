import { isMap, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { rangeOf, type ComposeFile, type ComposeService, type EnvFileEntry } from './compose-file.ts';
import { lineEnd, lineStart } from './dotenv-text.ts';
import { isMoved, type Use } from './findings.ts';
import { SECRETS_FOLDER, type ImportPlan } from './import-plan.ts';
import type { DotenvFile } from './stack.ts';
import type { TextEdit } from './text-edits.ts';

/** A file of the stack with what changes in it. */
export interface EditedFile {
  path: string;
  text: string;
  edits: TextEdit[];
}

export function editsOf(plan: ImportPlan): EditedFile[] {
  const { composeFiles, dotenvFiles } = plan.stack;
  return [
    ...composeFiles.map((file) => ({ path: file.path, text: file.text, edits: composeEdits(file, plan) })),
    ...dotenvFiles.map((file) => ({ path: file.path, text: file.text, edits: dotenvEdits(file, plan) })),
  ].filter(({ edits }) => edits.length > 0);
}

/** Lines of variables that every use has left. */
function dotenvEdits(file: DotenvFile, { findings }: ImportPlan): TextEdit[] {
  const lines = [
    ...findings.variables.filter(isMoved).flatMap(({ lines: own }) => own),
    ...findings.uses.filter(isMoved).flatMap(({ line }) => (line === undefined ? [] : [line])),
  ];
  const entries = new Set(lines.filter((line) => line.file === file).map(({ entry }) => entry));
  return [...entries].map(({ start, end }) => ({ start, end, text: '' }));
}

function composeEdits(file: ComposeFile, plan: ImportPlan): TextEdit[] {
  const write = new Writer(file);
  const gone = plan.findings.uses.filter(isMoved);
  const own = gone.filter(({ services }) => services.some((one) => one.file === file));
  for (const use of own) if (use.way?.how === 'file') write.fileVariable(use, use.way.variable, plan);
  const asVariables = own.filter(({ way }) => way?.how === 'env_file');
  for (const [collection, uses] of Map.groupBy(asVariables, (use) => use.services[0]?.entry.collection))
    if (collection !== undefined)
      write.remove(
        collection,
        uses.map((use) => use.services[0]?.entry.item),
      );
  for (const service of file.services) {
    write.envFiles(service, plan);
    const secrets = plan.keys.filter(({ uses }) =>
      uses.some((use) => use.way?.how === 'file' && use.services[0]?.service === service),
    );
    write.secrets(
      service,
      secrets.map(({ id }) => id),
    );
  }
  const secrets = plan.keys.filter(({ uses }) =>
    uses.some((use) => use.way?.how === 'file' && use.services[0]?.file === file),
  );
  write.topLevelSecrets(secrets.map(({ id }) => id));
  return write.edits;
}

/** Changes lines of a compose file and leaves all others as they are, with their comments. */
class Writer {
  readonly edits: TextEdit[] = [];
  readonly #file: ComposeFile;
  readonly #feed: string;

  constructor(file: ComposeFile) {
    this.#file = file;
    this.#feed = file.text.includes('\r\n') ? '\r\n' : '\n';
  }

  fileVariable(use: Use, variable: string, { keys }: ImportPlan): void {
    const [first] = use.services;
    const id = keys.find(({ uses }) => uses.includes(use))?.id ?? '';
    if (first === undefined) return;
    const path = `/run/secrets/${id}`;
    const { item } = first.entry;
    const [start, end] = isPair(item) ? this.#rangeOfPair(item) : this.#trimmed(rangeOf(item));
    this.#replace(start, end, isPair(item) ? `${variable}: ${path}` : `${variable}=${path}`);
  }

  /** Removes items of a map or a list, and the collection if nothing stays. */
  remove(collection: YAMLMap | YAMLSeq, items: readonly unknown[]): void {
    const all = collection.items as (Pair<Node, Node | null> | Node)[];
    const gone = all.filter((item) => items.includes(item));
    if (gone.length === all.length) return this.#removeCollection(collection);
    for (const [index, item] of all.entries()) {
      if (!gone.includes(item)) continue;
      const [start, end] = this.#rangeOfItem(item);
      if (collection.flow !== true) {
        this.#replace(lineStart(this.#text, start), lineEnd(this.#text, end - 1), '');
        continue;
      }
      const next = all[index + 1];
      const lastKept = all.findLast((other) => !gone.includes(other));
      if (next !== undefined) this.#replace(start, this.#rangeOfItem(next)[0], '');
      else if (lastKept !== undefined) this.#replace(this.#rangeOfItem(lastKept)[1], end, '');
    }
  }

  envFiles(service: ComposeService, { variableFiles }: ImportPlan): void {
    const after = service.envFiles.map((entry) => ({
      entry,
      added: variableFiles.find(
        ({ from }) => !('service' in from) && from.users.some((user) => user.entry === entry),
      )?.path,
    }));
    const last = variableFiles.find(
      ({ from }) => 'service' in from && from.file === this.#file && from.service === service.name,
    )?.path;
    if (last === undefined && after.every(({ added }) => added === undefined)) return;
    const isOwn = service.envFiles.length > 0 && service.envFiles.every(({ node }) => node !== undefined);
    if (isOwn) {
      for (const { entry, added } of after) if (added !== undefined) this.#insertAfter(entry.node, added);
      if (last !== undefined) this.#insertAfter(service.envFiles.at(-1)?.node, last);
      return;
    }
    const list = after.flatMap(({ entry, added }): (string | EnvFileEntry)[] => [
      entry,
      ...(added === undefined ? [] : [added]),
    ]);
    this.#setList(service, 'env_file', [...list, ...(last === undefined ? [] : [last])]);
  }

  secrets(service: ComposeService, ids: readonly string[]): void {
    if (ids.length === 0) return;
    const pair = service.members.get('secrets');
    if (pair === undefined) return this.#setList(service, 'secrets', ids);
    const list = pair.value;
    if (isSeq(list)) for (const id of ids) this.#insertAfter(list.items.at(-1) as Node, id);
  }

  topLevelSecrets(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const pair = this.#file.root.items.find(({ key }) => isScalar(key) && key.value === 'secrets');
    const map = pair?.value;
    const [first] = isMap(map) ? (map.items as Pair<Node, Node | null>[]) : [];
    const indent = first === undefined ? '  ' : this.#indentOf(first.key);
    const lines = ids.flatMap((id) => [`${indent}${id}:`, `${indent}  file: ./${SECRETS_FOLDER}/${id}`]);
    const last = isMap(map) ? (map.items.at(-1) as Pair<Node, Node | null>) : undefined;
    if (last === undefined) this.#insertLines(this.#text.length, ['', 'secrets:', ...lines]);
    else this.#insertLines(lineEnd(this.#text, this.#rangeOfPair(last)[1] - 1), lines);
  }

  get #text(): string {
    return this.#file.text;
  }

  #replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text });
  }

  /** @param at the start of a line, or the end of the text */
  #insertLines(at: number, lines: readonly string[]): void {
    const isOpen = at > 0 && this.#text[at - 1] !== '\n';
    this.#replace(at, at, `${isOpen ? this.#feed : ''}${lines.join(this.#feed)}${this.#feed}`);
  }

  #insertAfter(node: Node | undefined, item: string): void {
    if (node === undefined) return;
    const [start, end] = this.#rangeOfItem(node);
    const line = lineStart(this.#text, start);
    const before = this.#text.slice(line, start);
    if (/^\s*-\s+$/.test(before))
      this.#insertLines(lineEnd(this.#text, end - 1), [`${before.slice(0, before.indexOf('-'))}- ${item}`]);
    else this.#replace(end, end, `, ${item}`);
  }

  /** Sets a list in a service that has none, or one text, or one that it does not own. */
  #setList(service: ComposeService, name: string, items: readonly (string | EnvFileEntry)[]): void {
    const { map } = service;
    const own = (map.items as Pair<Node, Node | null>[]).find(
      ({ key }) => isScalar(key) && key.value === name,
    );
    if (map.flow === true) {
      const flow = `[${items.map((item) => (typeof item === 'string' ? item : flowText(item))).join(', ')}]`;
      if (own !== undefined) this.#replace(...this.#rangeOfPair(own), `${name}: ${flow}`);
      else if (map.items[0] !== undefined) {
        const [at] = this.#rangeOfItem(map.items[0] as Pair<Node, Node | null>);
        this.#replace(at, at, `${name}: ${flow}, `);
      }
      return;
    }
    const first = map.items[0] as Pair<Node, Node | null>;
    const indent = this.#indentOf(first.key);
    const lines = items.map((item) => `${indent}  - ${typeof item === 'string' ? item : flowText(item)}`);
    if (own !== undefined) {
      this.#replace(...this.#rangeOfPair(own), [`${name}:`, ...lines].join(this.#feed));
      return;
    }
    const environment = (map.items as Pair<Node, Node | null>[]).find(
      ({ key }) => isScalar(key) && key.value === 'environment',
    );
    const last = map.items.at(-1) as Pair<Node, Node | null>;
    const at =
      environment === undefined
        ? lineEnd(this.#text, this.#rangeOfPair(last)[1] - 1)
        : lineStart(this.#text, rangeOf(environment.key)[0]);
    this.#insertLines(at, [`${indent}${name}:`, ...lines]);
  }

  /** With its key, unless an anchor stands there that others use. */
  #removeCollection(collection: YAMLMap | YAMLSeq): void {
    const pair = this.#pairOf(collection);
    const [start, end] = this.#trimmed(rangeOf(collection));
    const empty = isMap(collection) ? '{}' : '[]';
    if (collection.flow === true) return this.#replace(start, end, empty);
    const [first, last] = [lineStart(this.#text, start), lineEnd(this.#text, end - 1)];
    if (collection.anchor === undefined && pair !== undefined)
      return this.#replace(lineStart(this.#text, rangeOf(pair.key)[0]), last, '');
    const anchor = `&${collection.anchor ?? ''}`;
    const at =
      collection.anchor === undefined
        ? this.#text.slice(0, start).trimEnd().length
        : this.#text.lastIndexOf(anchor, start) + anchor.length;
    this.#replace(at, at, ` ${empty}`);
    this.#replace(first, last, '');
  }

  #pairOf(collection: unknown): Pair<Node, Node | null> | undefined {
    return this.#file.services
      .flatMap(({ members }) => [...members.values()])
      .find(({ value }) => value === collection);
  }

  #indentOf(node: unknown): string {
    const [start] = rangeOf(node);
    return this.#text.slice(lineStart(this.#text, start), start).replaceAll(/\S/g, ' ');
  }

  #rangeOfItem(item: Pair<Node, Node | null> | Node): [number, number] {
    return isPair(item) ? this.#rangeOfPair(item) : this.#trimmed(rangeOf(item));
  }

  #rangeOfPair({ key, value }: Pair<Node, Node | null>): [number, number] {
    const [start, keyEnd] = rangeOf(key);
    const end = value === null ? keyEnd : Math.max(keyEnd, rangeOf(value)[1]);
    const [, trimmedEnd] = this.#trimmed([start, end]);
    // The colon of a name without a value.
    const colon =
      value === null || end === keyEnd ? (/^\s*:/.exec(this.#text.slice(trimmedEnd))?.[0].length ?? 0) : 0;
    return [start, trimmedEnd + colon];
  }

  /** A block of several lines ends after its line feed. */
  #trimmed([start, end]: readonly [number, number]): [number, number] {
    return [start, start + this.#text.slice(start, end).trimEnd().length];
  }
}

/** An entry of a list as it was. */
function flowText({ path, isRequired, format }: EnvFileEntry): string {
  const text = /^[\w./~${}-]+$/.test(path) && !path.startsWith('{') ? path : JSON.stringify(path);
  if (isRequired && format === undefined) return text;
  const members = [
    `path: ${JSON.stringify(path)}`,
    ...(isRequired ? [] : ['required: false']),
    ...(format === undefined ? [] : [`format: ${format}`]),
  ];
  return `{ ${members.join(', ')} }`;
}
