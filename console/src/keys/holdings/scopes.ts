import type { components } from '@keyward/sdk';

export type Grant = NonNullable<components['schemas']['MintRequest']['scopes']>[number];
export type Scope = Exclude<Grant, '*' | `${string}:*`>;
type Noun = Scope extends `${infer Head}:${string}` ? Head : never;

/** The noun of a group of scopes, and what each of them lets a key do, after "may". Guarded by console/test/key-words.test.ts. */
export const SCOPE_GROUPS: { noun: Noun; label: string; scopes: [Scope, string][] }[] = [
  {
    noun: 'models',
    label: 'Models',
    scopes: [
      ['models:use', 'use models'],
      ['models:manage', 'change upstreams'],
    ],
  },
  {
    noun: 'workspaces',
    label: 'Workspaces',
    scopes: [
      ['workspaces:chat', 'chat'],
      ['workspaces:read', 'see workspaces'],
      ['workspaces:write', 'make and change workspaces'],
    ],
  },
  {
    noun: 'documents',
    label: 'Documents',
    scopes: [
      ['documents:read', 'read documents'],
      ['documents:write', 'add documents'],
      ['documents:clip', 'clip web pages'],
    ],
  },
  { noun: 'embeds', label: 'Chat widgets', scopes: [['embeds:manage', 'manage chat widgets']] },
  {
    noun: 'jobs',
    label: 'Jobs',
    scopes: [
      ['jobs:submit', 'submit jobs'],
      ['jobs:read', 'see jobs'],
      ['jobs:cancel', 'cancel jobs'],
    ],
  },
  {
    noun: 'batches',
    label: 'Batches',
    scopes: [
      ['batches:read', 'see batches and their files'],
      ['batches:write', 'run batches'],
    ],
  },
  {
    noun: 'workers',
    label: 'Workers',
    scopes: [
      ['workers:register', 'register a worker'],
      ['workers:poll', 'take jobs as a worker'],
      ['workers:report', 'report results of jobs'],
      ['workers:read', 'see all workers'],
      ['workers:manage', 'manage the queue'],
    ],
  },
  {
    noun: 'marketplace',
    label: 'Marketplace',
    scopes: [
      ['marketplace:read', 'see offered GPUs'],
      ['marketplace:offer', 'offer GPUs'],
      ['marketplace:book', 'book GPUs'],
    ],
  },
  {
    noun: 'agents',
    label: 'Workflows',
    scopes: [
      ['agents:read', 'see workflows'],
      ['agents:write', 'change workflows'],
      ['agents:execute', 'run workflows'],
    ],
  },
  {
    noun: 'swarm',
    label: 'Swarms',
    scopes: [
      ['swarm:join', 'join swarms'],
      ['swarm:read', 'see swarms'],
      ['swarm:coordinate', 'give tasks to swarms'],
    ],
  },
  {
    noun: 'keys',
    label: 'Keys',
    scopes: [
      ['keys:read', 'see keys'],
      ['keys:write', 'make and change keys'],
      ['keys:verify', 'check keys'],
    ],
  },
  {
    noun: 'owners',
    label: 'Owners',
    scopes: [['owners:manage', 'manage owners and the keys of all of them']],
  },
  { noun: 'users', label: 'Users', scopes: [['users:manage', 'manage users']] },
  { noun: 'usage', label: 'Usage', scopes: [['usage:read', 'see usage']] },
  { noun: 'audit', label: 'Audit', scopes: [['audit:read', 'read the audit record']] },
  { noun: 'metrics', label: 'Metrics', scopes: [['metrics:read', 'read metrics']] },
  {
    noun: 'system',
    label: 'Settings',
    scopes: [
      ['system:read', 'see settings'],
      ['system:write', 'change settings'],
    ],
  },
  {
    noun: 'bootstrap',
    label: 'Managed keys',
    scopes: [
      ['bootstrap:read', 'see managed keys'],
      ['bootstrap:write', 'report managed keys'],
    ],
  },
];

const WORDS = new Map<string, string>(SCOPE_GROUPS.flatMap(({ scopes }) => scopes));
/** What a scope lets a key do, after "may". */
export const scopeWords = (scope: string): string => WORDS.get(scope) ?? scope;

const ALL: Scope[] = SCOPE_GROUPS.flatMap(({ scopes }) => scopes.map(([scope]) => scope));

const covers = (grant: string, scope: string): boolean =>
  grant === '*' || grant === scope || (grant.endsWith(':*') && scope.startsWith(grant.slice(0, -1)));

/** The single scopes that these grants give. */
export const scopesOf = (grants: readonly string[]): Scope[] =>
  ALL.filter((scope) => grants.some((grant) => covers(grant, scope)));

/** Whether these grants give all of `wanted`. */
export const holdsAll = (grants: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((one) => grants.some((grant) => covers(grant, one)));
