import { Type, type Static } from 'typebox';
import { holdsScope, type Caller, type Scope } from '../access/index.ts';
import type { AuditRecord } from '../audit/index.ts';
import { usersById } from '../identity/index.ts';
import { findWorkers } from '../jobs/index.ts';
import { deletedOwners, namesOf } from '../keys/index.ts';
import { workspacesById } from '../workspaces/index.ts';
import type { Services } from './services.ts';
import * as s from './schemas.ts';

const AuditName = Type.Object(
  {
    name: s.nullable(Type.String({ description: 'Its name now. null: nothing has this id any longer' })),
    slug: s.nullable(Type.String({ description: 'Of a workspace, for its address' })),
    exists: Type.Boolean({ description: 'Whether it can still be read; a deleted owner keeps its name' }),
  },
  { title: 'AuditName' },
);
type AuditName = Static<typeof AuditName>;

/** Part of an answer with records. */
export const AuditNames = Type.Record(Type.String(), AuditName, {
  description:
    'Names of the actors and targets of these records by what the record says of them, such as key:key_4fT9aBcDeF12. Those that the caller may not read are left out.',
});

type Named = ReadonlyMap<string, Partial<AuditName> & { name: string }>;
type Lookup = Pick<Services, 'storage' | 'keys' | 'models'>;

interface Kind {
  /** What records say of such a thing; its group is the id. */
  pattern: RegExp;
  /** Needed to read the names of all things of this kind by other routes. */
  scopes: readonly Scope[];
  find: (services: Lookup, ids: readonly string[]) => Promise<Named>;
}

const named = (names: Iterable<readonly [string, string]>): Named =>
  new Map([...names].map(([id, name]) => [id, { name }]));

const KINDS: readonly Kind[] = [
  {
    pattern: /^(?:key:)?(key_\w+)$/,
    scopes: ['keys:read', 'owners:manage'],
    find: async ({ storage }, ids) => named(await namesOf(storage.db, 'keys', ids)),
  },
  {
    pattern: /^(own_\w+)$/,
    scopes: ['keys:read', 'owners:manage'],
    find: async ({ storage, keys }, ids) => {
      const gone = new Set(await deletedOwners(keys, ids));
      const names = await namesOf(storage.db, 'owners', ids);
      return new Map([...names].map(([id, name]) => [id, { name, exists: !gone.has(id) }]));
    },
  },
  {
    pattern: /^user:(\d{1,15})$/,
    scopes: ['users:manage'],
    find: async ({ storage }, ids) => {
      const users = await usersById(storage.db, ids.map(Number));
      return named([...users].map(([id, { username }]) => [String(id), username]));
    },
  },
  {
    pattern: /^workspace:(\d{1,15})$/,
    scopes: ['workspaces:read'],
    find: async ({ storage }, ids) => {
      const found = await workspacesById(storage.db, ids.map(Number));
      return new Map(found.map(({ id, name, slug }) => [String(id), { name, slug }]));
    },
  },
  {
    pattern: /^(wrk_\w+)$/,
    scopes: ['workers:read'],
    find: async ({ storage }, ids) =>
      named((await findWorkers(storage.db, ids)).map(({ id, name }) => [id, name])),
  },
  {
    pattern: /^(up_\w+)$/,
    scopes: ['models:manage'],
    find: async ({ models }) => {
      await models.table.refresh();
      return named(models.table.targets.map(({ id, name }) => [id, name]));
    },
  },
];

/**
 * Gives the names of what records are about, a statement a kind.
 * A reader of the record may lack the right to the things themselves: those keep their ids. Guarded by audit-names.test.ts.
 */
export async function namesIn(
  services: Lookup,
  caller: Caller,
  records: readonly Pick<AuditRecord, 'actor' | 'target'>[],
): Promise<Record<string, AuditName>> {
  const texts = [...new Set(records.flatMap(({ actor, target }) => [actor, target]))];
  const names: Record<string, AuditName> = {};
  for (const { pattern, scopes, find } of KINDS) {
    const asked = texts.flatMap((text) => {
      const id = pattern.exec(text)?.[1];
      return id === undefined ? [] : [{ text, id }];
    });
    if (asked.length === 0 || !scopes.every((scope) => holdsScope(caller, scope))) continue;
    const found = await find(services, [...new Set(asked.map(({ id }) => id))]);
    for (const { text, id } of asked) names[text] = { ...NOTHING, ...present(found.get(id)) };
  }
  return names;
}

const NOTHING: AuditName = { name: null, slug: null, exists: false };

const present = (found: (Partial<AuditName> & { name: string }) | undefined): Partial<AuditName> =>
  found === undefined ? {} : { exists: true, ...found };
