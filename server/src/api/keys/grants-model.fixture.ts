import { expand } from '../../access/index.ts';

/** A budget of tokens, and what was really spent from it, by the upstream's count. */
export interface Pool {
  /** Infinity: it was taken away, and what was spent comes back with it. */
  amount: number;
  spent: number;
}

/** Something that opens the server, and the most that it can have been given. */
export interface Holding {
  /** Such as `key 3`, for the message of a failure. */
  name: string;
  kind: 'key' | 'session' | 'widget';
  /** The text that is sent; the uuid of a widget. */
  secret: string;
  /** The id under which others reach it; of a user the number. */
  id: string;
  grants: readonly string[];
  /** undefined: all. */
  workspaces: ReadonlySet<string> | undefined;
  /** Its own budget. */
  pool: Pool | undefined;
  /** Whether it has an end of its own. */
  ends: boolean;
  /** Those with which it ends, and whose budgets it spends, the nearest first. */
  ancestors: readonly Holding[];
  isEnded: boolean;
}

/** The most that something may do: what it was given, within what all its ancestors still hold. */
export interface Ceiling {
  scopes: ReadonlySet<string>;
  workspaces: ReadonlySet<string> | undefined;
}

export function ceilingOf(holding: Holding): Ceiling {
  const line = [holding, ...holding.ancestors];
  if (line.some(({ isEnded }) => isEnded)) return { scopes: new Set(), workspaces: new Set() };
  return line.map(given).reduce((all, one) => ({
    scopes: new Set([...all.scopes].filter((scope) => one.scopes.has(scope))),
    workspaces: intersection(all.workspaces, one.workspaces),
  }));
}

/** What it was given, whatever has become of it: what it would be again after a restore. */
export const given = ({ grants, workspaces }: Holding): Ceiling => ({ scopes: expand(grants), workspaces });

function intersection(
  a: ReadonlySet<string> | undefined,
  b: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return new Set([...a].filter((name) => b.has(name)));
}

export function isWithin(small: Ceiling, large: Ceiling): boolean {
  const { workspaces } = large;
  if (![...small.scopes].every((scope) => large.scopes.has(scope))) return false;
  if (workspaces === undefined) return true;
  return small.workspaces !== undefined && [...small.workspaces].every((name) => workspaces.has(name));
}

/** All budgets that it spends from. */
export const poolsOf = (holding: Holding): Pool[] =>
  [holding, ...holding.ancestors].flatMap(({ pool }) => (hasBudget(pool) ? [pool] : []));

const hasBudget = (pool: Pool | undefined): pool is Pool => pool !== undefined && pool.amount < Infinity;

/** Whether what it makes can only be children of it. */
export const isBounded = (holding: Holding): boolean =>
  [holding, ...holding.ancestors].some(({ pool, ends }) => hasBudget(pool) || ends);

/** Those that end with what it makes. */
export const lineOf = (maker: Holding): Holding[] => (isBounded(maker) ? [maker, ...maker.ancestors] : []);

/** The power of a session with this role. */
export const ROLE_POWERS = {
  admin: ['*'],
  manager: ['workspaces:*', 'documents:*', 'users:manage'],
  default: ['workspaces:chat', 'workspaces:read'],
} as const;
