import { narrower } from './selectors.ts';

export const SCOPES = [
  'keys:read',
  'keys:write',
  'keys:verify',
  'owners:manage',
  'models:use',
  'models:manage',
  'usage:read',
  'audit:read',
  'metrics:read',
  'system:read',
  'system:write',
  'users:manage',
  'workspaces:read',
  'workspaces:write',
  'workspaces:chat',
  'documents:read',
  'documents:write',
  'documents:clip',
  'embeds:manage',
  'jobs:submit',
  'jobs:read',
  'jobs:cancel',
  'batches:read',
  'batches:write',
  'workers:register',
  'workers:poll',
  'workers:report',
  'workers:read',
  'workers:manage',
  'marketplace:read',
  'marketplace:offer',
  'marketplace:book',
  'agents:read',
  'agents:write',
  'agents:execute',
  'swarm:join',
  'swarm:read',
  'swarm:coordinate',
  'bootstrap:read',
  'bootstrap:write',
] as const;

export type Scope = (typeof SCOPES)[number];

/** A scope, `noun:*` or `*`. */
export const GRANTS: readonly string[] = [
  ...SCOPES,
  ...new Set(SCOPES.map((scope) => `${scope.split(':')[0]}:*`)),
  '*',
];

export const ROLES = ['client', 'miner', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A role is a name for these grants. */
export const ROLE_GRANTS: Record<Role, readonly string[]> = {
  client: [
    'jobs:submit',
    'jobs:read',
    'jobs:cancel',
    'batches:read',
    'batches:write',
    'models:use',
    'agents:*',
    'swarm:coordinate',
    'swarm:read',
    'marketplace:read',
    'marketplace:book',
  ],
  miner: ['workers:register', 'workers:poll', 'workers:report', 'swarm:join', 'marketplace:offer'],
  admin: ['*'],
};

/** The scopes of a quarantined key. */
const READ_ONLY = new Set<string>(SCOPES.filter((scope) => scope.endsWith(':read')));

/** @param wanted a scope or a grant. */
export function covers(grant: string, wanted: string): boolean {
  if (grant === '*' || grant === wanted) return true;
  return grant.endsWith(':*') && wanted !== '*' && wanted.startsWith(grant.slice(0, -1));
}

/** The intersection of two lists, as grants. */
export const bothGrant = (a: readonly string[], b: readonly string[]): string[] => [
  ...new Set(narrower(a, b, covers)),
];

/** Computed once per key, so that a check is one look-up. */
export function expand(grants: readonly string[], onlyRead = false): ReadonlySet<string> {
  return new Set(
    SCOPES.filter(
      (scope) => (!onlyRead || READ_ONLY.has(scope)) && grants.some((grant) => covers(grant, scope)),
    ),
  );
}
