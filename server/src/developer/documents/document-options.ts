import type { Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Given } from '../../documents/index.ts';

type Fields = Readonly<Record<string, unknown>>;

const SLUGS_MAX = 100;
const SLUG_MAX_CHARACTERS = 300;

/** Into which workspaces a document is to be put, as clients write it: `a, b`. A string is what is wrong with it. */
export function wantedWorkspaces(value: unknown): string[] | string {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'string')
    return `addToWorkspaces must be a string of comma-separated workspace slugs. Got ${typeof value}`;
  const slugs = value
    .slice(0, SLUGS_MAX * SLUG_MAX_CHARACTERS)
    .split(',')
    .map((slug) => slug.trim())
    .filter((slug) => slug !== '' && !slug.includes('\0'));
  return [...new Set(slugs)].slice(0, SLUGS_MAX);
}

/** To put a document into a workspace changes the workspace. @throws KeywardError `insufficient_scope` */
export function refuseWithoutWorkspaces({ scopes }: Caller, slugs: readonly string[]): void {
  const scope = 'workspaces:write';
  if (slugs.length === 0 || scopes.has(scope)) return;
  throw new KeywardError('insufficient_scope', `The key lacks the scope ${scope}.`, {
    details: { scope },
    hint: `addToWorkspaces takes a key with the scope ${scope}.`,
  });
}

/** An object, or one written as JSON, as forms have it. */
export function objectField(value: unknown): Fields {
  const object = typeof value === 'string' ? parsed(value) : value;
  return typeof object === 'object' && object !== null && !Array.isArray(object) ? (object as Fields) : {};
}

/** A body is looked at before it is taken apart; what is written in a text of it was not. */
const OBJECT_MAX_CHARACTERS = 256 * 1024;

/** No database of ours keeps U+0000; in JSON within a text it was not seen before. */
function parsed(text: string): unknown {
  if (text.length > OBJECT_MAX_CHARACTERS) return undefined;
  try {
    return JSON.parse(text, (_name, value: unknown) =>
      typeof value === 'string' ? value.replaceAll('\0', '') : value,
    );
  } catch {
    return undefined;
  }
}

/** Lists show it with every document. */
const SAID_MAX_CHARACTERS = 10_000;

const SAID = ['title', 'docAuthor', 'description', 'docSource'] as const;

/** What a client says of a document; empty texts say nothing. */
export function givenIn(fields: Fields): Given {
  const given: Given = {};
  for (const name of SAID) {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '')
      given[name] = value.replaceAll('\0', '').slice(0, SAID_MAX_CHARACTERS);
  }
  return given;
}
