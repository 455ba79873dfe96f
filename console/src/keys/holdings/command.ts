import {
  changeBody,
  mintBody,
  type Budget,
  type Draft,
  type KeyChange,
  type Limit,
  type MintBody,
} from './draft.ts';

const flags = (name: string, values: readonly string[] = []): string[] =>
  values.flatMap((value) => [`--${name}`, value]);

function limitFlag(limit: Limit): string {
  const { name } = limit;
  if ('requests' in limit) return `${name}=${limit.requests}/${limit.window_seconds}s`;
  if ('concurrent' in limit) return `${name}=${limit.concurrent}/concurrent`;
  if ('max_running' in limit) return `${name}=${limit.max_running}/running`;
  return `${name}=${limit.max_queued}/queued`;
}

const budgetFlag = ({ name, amount, unit, period }: Budget): string => `${name}=${amount}${unit}/${period}`;

type Held = Omit<MintBody, 'name' | 'expires_at'> & { expires_at?: string | null | undefined };

function holdingFlags({ role, scopes, selectors = {}, limits, budgets, expires_at, tags }: Held): string[] {
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
    ...flags('limit', limits?.map(limitFlag)),
    ...flags('budget', budgets?.map(budgetFlag)),
    ...(typeof expires_at === 'string' ? ['--expires-at', expires_at] : []),
    ...flags('tag', tags),
  ];
}

/** The command that makes the key. */
export function createCommand(draft: Draft): string[] {
  const { name, owner, parent, ...held } = mintBody(draft);
  return [
    'keys',
    'create',
    name,
    ...(owner === undefined ? [] : ['--owner', owner]),
    ...(parent === undefined ? [] : ['--parent', parent]),
    ...holdingFlags(held),
  ];
}

const isEmpty = (lists: object | undefined): boolean =>
  lists !== undefined && Object.values(lists).every((list: string[]) => list.length === 0);

/** An empty list cannot be given by a flag; it is cleared. */
function cleared({ selectors = {}, limits, budgets, tags, expires_at }: KeyChange): string[] {
  const { models, workspaces, workers, ips } = selectors;
  const empty: [string, boolean][] = [
    ['models', isEmpty(models)],
    ['workspaces', isEmpty(workspaces)],
    ['workers', isEmpty(workers)],
    ['ips', ips?.length === 0],
    ['limits', limits?.length === 0],
    ['budgets', budgets?.length === 0],
    ['tags', tags?.length === 0],
    ['expiry', expires_at === null],
  ];
  return empty.flatMap(([field, is]) => (is ? ['--clear', field] : []));
}

/** The command that changes the key. */
export function updateCommand(id: string, before: Draft, after: Draft): string[] {
  const { name, ...change } = changeBody(before, after);
  return [
    'keys',
    'update',
    id,
    ...(name === undefined ? [] : ['--name', name]),
    ...holdingFlags(change),
    ...cleared(change),
  ];
}
