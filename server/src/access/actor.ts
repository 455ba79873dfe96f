import type { Caller, Limit } from './caller.ts';
import type { Wanted } from './escalation.ts';

/**
 * The author of a change: a key, a user or the administrator in a session (whose right `identity` has checked), or the
 * operator on the machine itself.
 */
export type Actor =
  | { kind: 'key'; caller: Caller }
  | { kind: 'user'; id: number; name: string; role?: 'admin' | 'manager' | 'default'; bounds?: Bounds }
  | { kind: 'admin'; bounds?: Bounds }
  | { kind: 'cli' | 'system' };

/** Limits and budgets of a session: those of its owner, and the limit on messages of a user. */
export type Bounds = Pick<Wanted, 'limits' | 'budgets'> & { messages?: Limit };
