/** Of a prompt with its values. */
export const RENDERED_MAX_BYTES = 1024 * 1024;

/** `{{inputs.topic}}`, `{{steps.draft.output}}`, or a member of them. */
export interface Reference {
  source: 'inputs' | 'steps';
  /** Behind the source: names of own members. Of a step: its id first, without `output`. */
  path: readonly string[];
  text: string;
}

export type Part = string | Reference;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const INPUT = /^inputs((?:\.[\w-]{1,100}){1,10})$/;
const OUTPUT = /^steps\.([A-Za-z][\w-]*)\.output((?:\.[\w-]{1,100}){0,10})$/;

/** @returns its parts, and the placeholders that are neither an input nor an output. Pure. */
export function parseTemplate(template: string): { parts: Part[]; wrong: string[] } {
  const parts: Part[] = [];
  const wrong: string[] = [];
  let end = 0;
  for (const { 0: whole, 1: inside = '', index } of template.matchAll(PLACEHOLDER)) {
    parts.push(template.slice(end, index));
    end = index + whole.length;
    const reference = referenceIn(inside.trim());
    if (reference === undefined) wrong.push(whole);
    else parts.push(reference);
  }
  parts.push(template.slice(end));
  return { parts: parts.filter((part) => part !== ''), wrong };
}

function referenceIn(text: string): Reference | undefined {
  const input = INPUT.exec(text);
  if (input !== null) return { source: 'inputs', path: namesIn(input[1]), text };
  const output = OUTPUT.exec(text);
  if (output === null) return undefined;
  return { source: 'steps', path: [output[1] ?? '', ...namesIn(output[2])], text };
}

const namesIn = (dotted = ''): string[] => dotted.split('.').slice(1);

export interface Values {
  inputs: unknown;
  /** The outputs of steps by their ids. */
  outputs: ReadonlyMap<string, unknown>;
}

export type Rendered = { text: string } | { missing: string } | { tooLarge: true };

/**
 * Inserts the values as plain text: a placeholder within a value stays as it is. Reads own members only, so that no value
 * is one of the language's. Guarded by template.test.ts.
 */
export function render(parts: readonly Part[], { inputs, outputs }: Values): Rendered {
  const texts: string[] = [];
  let bytes = 0;
  for (const part of parts) {
    const text = typeof part === 'string' ? part : textAt(part, { inputs, outputs });
    if (text === undefined) return { missing: typeof part === 'string' ? '' : part.text };
    bytes += Buffer.byteLength(text);
    if (bytes > RENDERED_MAX_BYTES) return { tooLarge: true };
    texts.push(text);
  }
  return { text: texts.join('') };
}

function textAt({ source, path }: Reference, { inputs, outputs }: Values): string | undefined {
  const [id = '', ...names] = path;
  const value = source === 'inputs' ? memberOf(inputs, path) : memberOf(outputs.get(id), names);
  return value === undefined ? undefined : asText(value);
}

function memberOf(value: unknown, names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The inputs that a template needs and does not find. */
export const missingInputs = (parts: readonly Part[], inputs: unknown): string[] =>
  parts.flatMap((part) =>
    typeof part !== 'string' && part.source === 'inputs' && memberOf(inputs, part.path) === undefined
      ? [part.path.join('.')]
      : [],
  );
