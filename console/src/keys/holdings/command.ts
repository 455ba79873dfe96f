import {
  changeBody,
  mintBody,
  type Budget,
  type Draft,
  type KeyChange,
  type Limit,
  type MintBody,
} from './draft.ts';

/** A value that begins with a dash would be read as another flag. */
export const flag = (name: string, value: string): string[] =>
  value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];

/** An argument that may also be given by its name. */
export const argument = (name: string, value: string): string[] =>
  value.startsWith('-') ? flag(name, value) : [value];

const flags = (name: string, values: readonly string[] = []): string[] =>
  values.flatMap((value) => flag(name, value));

function limitFlag(limit: Limit): string {
  const { name } = limit;
  if ('requests' in limit) return `${name}=${limit.requests}/${limit.window_seconds}s`;
  if ('concurrent' in limit) return `${name}=${limit.concurrent}/concurrent`;
  if ('max_running' in limit) return `${name}=${limit.max_running}/running`;
  return `${name}=${limit.max_queued}/queued`;
}

const budgetFlag = ({ name, amount, unit, period }: Budget): string => `${name}=${amount}${unit}/${period}`;

const isEmpty = (members: object = {}): boolean => Object.keys(members).length === 0;

interface Bounds {
  limits: Limit[] | undefined;
  budgets: Budget[] | undefined;
}

/** The limits and budgets of a key or an owner. */
export const boundFlags = ({ limits, budgets }: Bounds): string[] => [
  ...flags('limit', limits?.map(limitFlag)),
  ...flags('budget', budgets?.map(budgetFlag)),
];

/** An empty list of bounds cannot be given by a flag; it is cleared. */
export const clearedBounds = ({ limits, budgets }: Bounds): string[] =>
  clearFlags([
    ['limits', limits?.length === 0],
    ['budgets', budgets?.length === 0],
  ]);

const clearFlags = (empty: readonly [field: string, isEmpty: boolean | undefined][]): string[] =>
  empty.flatMap(([field, is]) => (is === true ? ['--clear', field] : []));

type Held = Omit<MintBody, 'name' | 'expires_at'> & { expires_at?: string | null | undefined };

function holdingFlags(held: Held): string[] {
  const { role, scopes, selectors = {}, limits, budgets, expires_at, tags, metadata } = held;
  const { models, workspaces, workers, ips } = selectors;
  return [
    ...(role === undefined ? [] : ['--role', role]),
    ...flags('scope', scopes),
    ...flags('model', models?.allow),
    ...flags('deny-model', models?.deny),
    ...flags('workspace', workspaces?.allow),
    ...flags('deny-workspace', workspaces?.deny),
    ...flags('workers-of', workers?.owners),
    ...flags('deny-workers-of', workers?.deny),
    ...flags('ip', ips),
    ...boundFlags({ limits, budgets }),
    ...(typeof expires_at === 'string' ? ['--expires-at', expires_at] : []),
    ...flags('tag', tags),
    ...(isEmpty(metadata) ? [] : ['--metadata', JSON.stringify(metadata)]),
  ];
}

/** The command that makes the key. */
export function createCommand(draft: Draft): string[] {
  const { name, owner, parent, ...held } = mintBody(draft);
  return [
    'keys',
    'create',
    ...argument('name', name || 'NAME'),
    ...(owner === undefined ? [] : ['--owner', owner]),
    ...(parent === undefined ? [] : ['--parent', parent]),
    ...holdingFlags(held),
  ];
}

const isOpen = (lists: object | undefined): boolean =>
  lists !== undefined && Object.values(lists).every((list: string[]) => list.length === 0);

/** An empty list cannot be given by a flag; it is cleared. */
function cleared({ selectors = {}, limits, budgets, tags, metadata, expires_at }: KeyChange): string[] {
  const { models, workspaces, workers, ips } = selectors;
  return [
    ...clearFlags([
      ['models', isOpen(models)],
      ['workspaces', isOpen(workspaces)],
      ['workers', isOpen(workers)],
      ['ips', ips?.length === 0],
    ]),
    ...clearedBounds({ limits, budgets }),
    ...clearFlags([
      ['tags', tags?.length === 0],
      ['metadata', metadata !== undefined && isEmpty(metadata)],
      ['expiry', expires_at === null],
    ]),
  ];
}

/** The command that changes the key. */
export function updateCommand(id: string, before: Draft, after: Draft): string[] {
  const { name, ...change } = changeBody(before, after);
  return [
    'keys',
    'update',
    id,
    ...(name === undefined ? [] : flag('name', name)),
    ...holdingFlags(change),
    ...cleared(change),
  ];
}
