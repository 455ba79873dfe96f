import type { Caller, Limit } from './caller.ts';
import type { Wanted } from './escalation.ts';

/**
 * Who makes a change: a key over HTTP, a user or the one administrator in a session (identity has seen to it that they
 * may), or the operator on the machine itself.
 */
export type Actor =
  | { kind: 'key'; caller: Caller }
  | { kind: 'user'; id: number; name: string; role?: 'admin' | 'manager' | 'default'; bounds?: Bounds }
  | { kind: 'admin'; bounds?: Bounds }
  | { kind: 'cli' | 'system' };

/** What a session counts against: what its owner has, and how many messages a user may send. */
export type Bounds = Pick<Wanted, 'limits' | 'budgets'> & { messages?: Limit };
