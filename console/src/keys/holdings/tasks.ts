import { holdsAll, scopesOf, type Grant } from './scopes.ts';

export interface Task {
  id: string;
  label: string;
  /** Who would need such a key. */
  description: string;
  scopes: Grant[];
  /** The thing that has to be named with it. */
  target?: 'model' | 'workspace';
  /** Tasks of one group exclude each other: they differ in their target only. */
  group?: string;
}

export const EVERYTHING = 'everything';

/** Purposes of keys, most frequent first. */
export const TASKS: Task[] = [
  {
    id: 'workspace',
    label: 'Chat with one workspace',
    description: 'A chat on your page, a bot, a colleague who asks the handbook',
    scopes: ['workspaces:read', 'workspaces:chat'],
    target: 'workspace',
    group: 'workspace',
  },
  {
    id: 'workspaces',
    label: 'Chat with any workspace',
    description: 'A client for everything that was written down',
    scopes: ['workspaces:read', 'workspaces:chat'],
    group: 'workspace',
  },
  {
    id: 'model',
    label: 'Call one model',
    description: 'An app that was built for this model',
    scopes: ['models:use'],
    target: 'model',
    group: 'model',
  },
  {
    id: 'models',
    label: 'Call any model',
    description: 'An OpenAI client, an editor, a notebook',
    scopes: ['models:use'],
    group: 'model',
  },
  {
    id: 'documents',
    label: 'Add documents',
    description: 'A script that keeps workspaces up to date',
    scopes: ['documents:read', 'documents:write', 'workspaces:read', 'workspaces:write'],
  },
  {
    id: 'jobs',
    label: 'Submit jobs',
    description: 'A client of the queue for GPU workers',
    scopes: ['jobs:submit', 'jobs:read', 'jobs:cancel'],
  },
  {
    id: 'batches',
    label: 'Run batches',
    description: 'Many requests in a file, answered within a day',
    scopes: ['batches:read', 'batches:write', 'models:use'],
  },
  {
    id: 'worker',
    label: 'Run a worker',
    description: 'A machine with a GPU that takes jobs',
    scopes: ['workers:register', 'workers:poll', 'workers:report', 'swarm:join', 'marketplace:offer'],
  },
  {
    id: 'workflows',
    label: 'Run workflows',
    description: 'Steps that need each other, as jobs',
    scopes: ['agents:*', 'jobs:submit', 'jobs:read', 'jobs:cancel'],
  },
  {
    id: 'verify',
    label: 'Check keys for a service',
    description: 'Your own service that asks whether a key is good',
    scopes: ['keys:verify'],
  },
  {
    id: 'hand-out',
    label: 'Hand out keys',
    description: 'A program that gives keys to others, with no more than it holds',
    scopes: ['keys:read', 'keys:write'],
  },
  {
    id: 'watch',
    label: 'Watch',
    description: 'A dashboard: usage, metrics, audit record, settings',
    scopes: ['usage:read', 'metrics:read', 'audit:read', 'system:read'],
  },
  {
    id: EVERYTHING,
    label: 'Manage everything',
    description: 'An administrator. Give it to nobody who needs less',
    scopes: ['*'],
  },
];

/** The presets of the server that a task gives exactly. Guarded by console/test/key-words.test.ts. */
const ROLES: ['miner' | 'admin', string][] = [
  ['miner', 'worker'],
  ['admin', EVERYTHING],
];

export const taskOf = (id: string): Task | undefined => TASKS.find((task) => task.id === id);

/** The role that is a name for these grants. */
export const roleOf = (grants: readonly Grant[]): 'miner' | 'admin' | undefined =>
  ROLES.find(([, id]) => isSameSet(grants, taskOf(id)?.scopes ?? []))?.[0];

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one));

/** The scopes after a task is chosen or left: those that another chosen task needs stay. */
export function withTasks(
  scopes: readonly Grant[],
  { before, after }: { before: readonly string[]; after: readonly string[] },
): Grant[] {
  const scopesIn = (ids: readonly string[]): Grant[] => ids.flatMap((id) => taskOf(id)?.scopes ?? []);
  const wanted = scopesIn(after);
  const left = scopesIn(before).filter((scope) => !wanted.includes(scope));
  return [...new Set([...scopes.filter((scope) => !left.includes(scope)), ...wanted])];
}

/** What these grants are for, in a few words: names of tasks first, then what remains. */
export function summaryOf(grants: readonly string[]): string {
  if (grants.includes('*')) return 'everything';
  const names: string[] = [];
  const covered = new Set<string>();
  for (const { label, scopes, group, target } of TASKS) {
    const single = scopesOf(scopes);
    // Of a group the one without a target stands for both.
    if (scopes.includes('*') || (group !== undefined && target !== undefined)) continue;
    if (!holdsAll(grants, scopes) || single.every((scope) => covered.has(scope))) continue;
    names.push(SHORT[label] ?? label.toLowerCase());
    for (const scope of single) covered.add(scope);
  }
  const rest = scopesOf(grants).filter((scope) => !covered.has(scope));
  return [...names, ...rest].join(', ') || 'nothing';
}

const SHORT: Record<string, string> = {
  'Chat with any workspace': 'chat',
  'Call any model': 'models',
  'Run a worker': 'worker',
  'Add documents': 'documents',
  'Submit jobs': 'jobs',
  'Run batches': 'batches',
  'Run workflows': 'workflows',
  'Check keys for a service': 'check keys',
};
