import type { Caller, Limit } from './caller.ts';
import type { Wanted } from './escalation.ts';

/**
 * The author of a change: a key, a user or the administrator in a session (whose right `identity` has checked), or the
 * operator on the machine itself. With a `caller` a session serves routes that ask for scopes: the rules for keys hold for it.
 */
export type Actor =
  | { kind: 'key'; caller: Caller }
  | {
      kind: 'user';
      id: number;
      name: string;
      role?: 'admin' | 'manager' | 'default';
      bounds?: Bounds;
      caller?: Caller;
    }
  | { kind: 'admin'; bounds?: Bounds; caller?: Caller }
  | { kind: 'cli' | 'system' };

/** Limits and budgets of a session: those of its owner, and the limit on messages of a user. */
export type Bounds = Pick<Wanted, 'limits' | 'budgets'> & { messages?: Limit };

/** The caller whose scopes, selectors and owner bound the actor; undefined: other rules have admitted it. */
export const callerIn = (actor: Actor): Caller | undefined => ('caller' in actor ? actor.caller : undefined);
