import type { components } from '@keyward/sdk';
import { metadataOf, rowsOf, type MetadataRow } from './metadata.ts';
import { roleOf } from './tasks.ts';
import type { Grant } from './scopes.ts';

export type Key = components['schemas']['Key'];
export type Limit = components['schemas']['Limit'];
export type MintBody = components['schemas']['MintRequest'];
export type KeyChange = components['schemas']['KeyChange'];
export type Budget = NonNullable<MintBody['budgets']>[number];
export type Names = Key['selectors']['models'];

/** Everything that is set for a key, as a form holds it. */
export interface Draft {
  name: string;
  /** Id of the owner; '': that of the person. */
  owner: string;
  /** Id of the key that it is a child of. */
  parent: string | null;
  scopes: Grant[];
  models: Names;
  workspaces: Names;
  /** Ids of owners of workers. */
  workers: { owners: string[]; deny: string[] };
  ips: string[];
  limits: Limit[];
  budgets: Budget[];
  /** ISO 8601; null: never. */
  expires: string | null;
  tags: string[];
  metadata: MetadataRow[];
}

export const EMPTY_DRAFT: Draft = {
  name: '',
  owner: '',
  parent: null,
  scopes: [],
  models: { allow: [], deny: [] },
  workspaces: { allow: [], deny: [] },
  workers: { owners: [], deny: [] },
  ips: [],
  limits: [],
  budgets: [],
  expires: null,
  tags: [],
  metadata: [],
};

/** The settings of a key. */
export function draftOf({
  name,
  owner,
  parent,
  scopes,
  selectors,
  limits,
  budgets,
  expires_at,
  tags,
  metadata,
}: Key): Draft {
  return {
    name,
    owner: owner.id,
    parent,
    scopes: scopes,
    ...selectors,
    limits,
    budgets: budgets.map(({ name: called, unit, amount, period }) => ({
      name: called,
      unit,
      amount,
      period,
    })),
    expires: expires_at,
    tags,
    metadata: rowsOf(metadata),
  };
}

const isOpen = (lists: Record<string, string[]>): boolean =>
  Object.values(lists).every((list) => list.length === 0);

function selectorsOf({ models, workspaces, workers, ips }: Draft): MintBody['selectors'] {
  const selectors = {
    ...(isOpen(models) ? {} : { models }),
    ...(isOpen(workspaces) ? {} : { workspaces }),
    ...(isOpen(workers) ? {} : { workers }),
    ...(ips.length === 0 ? {} : { ips }),
  };
  return Object.keys(selectors).length === 0 ? undefined : selectors;
}

/** The body of the request that makes the key. */
export function mintBody(draft: Draft): MintBody {
  const { name, owner, parent, scopes, limits, budgets, expires, tags, metadata } = draft;
  const role = roleOf(scopes);
  const selectors = selectorsOf(draft);
  return {
    name: name.trim(),
    ...(owner === '' ? {} : { owner }),
    ...(parent === null ? {} : { parent }),
    ...(role === undefined ? { scopes } : { role }),
    ...(selectors === undefined ? {} : { selectors }),
    ...(limits.length === 0 ? {} : { limits }),
    ...(budgets.length === 0 ? {} : { budgets }),
    ...(expires === null ? {} : { expires_at: expires }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(metadata.length === 0 ? {} : { metadata: metadataOf(metadata) }),
  };
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a request has to say to turn one into the other: fields that stay are left out. Empty where nothing changed. */
export function changeBody(before: Draft, after: Draft): KeyChange {
  const { name, scopes, models, workspaces, workers, ips, limits, budgets, expires, tags, metadata } = after;
  const selectors = {
    ...(isSame(models, before.models) ? {} : { models }),
    ...(isSame(workspaces, before.workspaces) ? {} : { workspaces }),
    ...(isSame(workers, before.workers) ? {} : { workers }),
    ...(isSame(ips, before.ips) ? {} : { ips }),
  };
  const role = roleOf(scopes);
  const isGranting = !isSame(scopes.toSorted(), before.scopes.toSorted());
  return {
    ...(name.trim() === before.name ? {} : { name: name.trim() }),
    ...(isGranting ? (role === undefined ? { scopes } : { role }) : {}),
    ...(Object.keys(selectors).length === 0 ? {} : { selectors }),
    ...(isSame(limits, before.limits) ? {} : { limits }),
    ...(isSame(budgets, before.budgets) ? {} : { budgets }),
    ...(expires === before.expires ? {} : { expires_at: expires }),
    ...(isSame(tags, before.tags) ? {} : { tags }),
    ...(isSame(metadata, before.metadata) ? {} : { metadata: metadataOf(metadata) }),
  };
}
