import type { Caller } from './caller.ts';
import { expand, type Scope } from './scopes.ts';

/** Records which scopes of a key are used. Made by `keys`; a person has none. */
export interface ScopeUses {
  note(scope: string): void;
}

/**
 * Whether the caller has a scope that its request needs, or that widens its answer. Recorded as a use of the scope: without it
 * the answer would be another one. `architecture.test.ts` lets nobody else ask, so that no use is missed.
 */
export function holdsScope({ scopes, uses }: Pick<Caller, 'scopes' | 'uses'>, scope: Scope): boolean {
  if (!scopes.has(scope)) return false;
  uses?.note(scope);
  return true;
}

/** For power that a caller gives to others or takes from them: it needs each of its scopes itself. */
export function noteGrants({ uses }: Pick<Caller, 'uses'>, grants: readonly string[]): void {
  if (uses === undefined) return;
  for (const scope of expand(grants)) uses.note(scope);
}
