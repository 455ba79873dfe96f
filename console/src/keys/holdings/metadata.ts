/** A name with its value, as a form holds it. */
export interface MetadataRow {
  name: string;
  text: string;
}

type Metadata = Record<string, unknown>;

/** @returns undefined for a text that is no JSON */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Words as they are; a text that reads as JSON, such as 5, in quotes: it comes back as it was. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' && jsonIn(value) === undefined ? value : JSON.stringify(value);

function valueOf(text: string): unknown {
  const json = jsonIn(text);
  return json === undefined ? text : json;
}

export const rowsOf = (metadata: Metadata): MetadataRow[] =>
  Object.entries(metadata).map(([name, value]) => ({ name, text: textOf(value) }));

/** Lines without a name are left out: the form asks for one. */
export const metadataOf = (rows: readonly MetadataRow[]): Metadata =>
  Object.fromEntries(
    rows.filter(({ name }) => name.trim() !== '').map(({ name, text }) => [name.trim(), valueOf(text)]),
  );

/** What keeps the line at `index` from being stored; undefined: nothing. */
export function rowProblem(rows: readonly MetadataRow[], index: number): string | undefined {
  const name = rows[index]?.name.trim();
  if (name === '') return 'must have a name, such as team';
  return rows.findIndex((row) => row.name.trim() === name) < index ? 'must be unique' : undefined;
}

export const isComplete = (rows: readonly MetadataRow[]): boolean =>
  rows.every((_, index) => rowProblem(rows, index) === undefined);
