import { Type } from 'typebox';
import { holdsScope, scopeRefusal, type Caller } from '../../access/index.ts';
import { field, object } from '../fields.ts';

const SLUGS_MAX = 100;
const SLUG_MAX_CHARACTERS = 300;

/** Reads slugs such as `a, b`. @returns a string: the problem. */
function readSlugs(value: unknown): string[] | string {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'string')
    return `addToWorkspaces must be a string of comma-separated workspace slugs. Got ${typeof value}`;
  if (value.length > SLUGS_MAX * SLUG_MAX_CHARACTERS)
    return `addToWorkspaces must have at most ${SLUGS_MAX * SLUG_MAX_CHARACTERS} characters.`;
  const slugs = value
    .split(',')
    // No slug holds U+0000, which the databases do not store: it names no workspace, and is named as such.
    .map((slug) => slug.trim().replaceAll('\0', '\uFFFD'))
    .filter((slug) => slug !== '');
  const once = [...new Set(slugs)];
  return once.length > SLUGS_MAX ? `addToWorkspaces must name at most ${SLUGS_MAX} workspaces.` : once;
}

export const AddToWorkspaces = Type.Optional(
  field(
    Type.String({
      description: 'Slugs of workspaces to put it into, separated by commas; takes workspaces:write',
    }),
    readSlugs,
  ),
);

/** Addresses are sources too. */
const SOURCE_MAX_CHARACTERS = 5_000;

/** @returns null for text that is no name of a source. */
function readSource(value: unknown): string | null | undefined {
  if (value === undefined) return undefined;
  // eslint-disable-next-line no-control-regex
  const isName = typeof value === 'string' && value.trim() !== '' && !/[\u0000-\u001f\u007f]/.test(value);
  return isName && value.length <= SOURCE_MAX_CHARACTERS && value.isWellFormed() ? value : null;
}

export const SOURCE_FORM = `source: must be a text of 1 to ${SOURCE_MAX_CHARACTERS} characters without control characters, such as "wiki:faq/leave.md".`;

export const Source = Type.Optional(
  field(
    Type.String({
      description:
        'Name of the source, such as an address. What came from it before is known where its text is the same, and replaced in every workspace where it is another',
    }),
    readSource,
  ),
);

/** Embedding a document changes the workspace. @throws KeywardError `insufficient_scope` */
export function refuseWithoutWorkspaces(caller: Caller, slugs: readonly string[]): void {
  const scope = 'workspaces:write';
  if (slugs.length === 0 || holdsScope(caller, scope)) return;
  throw scopeRefusal(caller, scope, `addToWorkspaces takes a key with the scope ${scope}.`);
}

/** Lists show these texts with every document. */
const SAID_MAX_CHARACTERS = 10_000;

/** Text about a document; undefined where it is blank. */
const said = Type.Optional(
  field(Type.String(), (value) =>
    typeof value === 'string' && value.trim() !== ''
      ? value.replaceAll('\0', '').slice(0, SAID_MAX_CHARACTERS)
      : undefined,
  ),
);
export const metadataFields = { title: said, docAuthor: said, description: said, docSource: said };

export const Metadata = Type.Optional(object(metadataFields));

/** The same as JSON in a form. */
export const MetadataText = Type.Optional(
  object(metadataFields, Type.String({ description: 'JSON: title, docAuthor, description, docSource' })),
);

/** The number that a text begins with. */
function readCount(value: unknown): number | undefined {
  const count = typeof value === 'string' ? parseInt(value, 10) : NaN;
  // The databases hold no larger integers.
  return Number.isNaN(count) ? undefined : Math.min(count, Number.MAX_SAFE_INTEGER);
}

const LIMIT_MAX = 1_000;

/** @param otherwise the limit where the caller gives none; undefined: all. */
export const pageFields = (otherwise?: number) => ({
  offset: Type.Optional(
    field(Type.String({ description: 'The number of documents to skip' }), (value) =>
      Math.max(readCount(value) ?? 0, 0),
    ),
  ),
  limit: Type.Optional(
    field(Type.String({ description: '1 to 1000, or all' }), (value) => {
      if (value === 'all') return undefined;
      const wanted = readCount(value);
      return wanted === undefined ? otherwise : Math.min(Math.max(wanted, 1), LIMIT_MAX);
    }),
  ),
});
