import { KeywardError } from '../base/errors.ts';
import type { Caller } from './caller.ts';
import type { Scope } from './scopes.ts';

type Lacking = Pick<Caller, 'keyId' | 'isQuarantined'>;

/** Why the caller lacks the scope: a quarantined key holds what its owner gave it, and may only read all the same. */
export const lackOf = ({ isQuarantined }: Pick<Caller, 'isQuarantined'>, scope: Scope): string =>
  isQuarantined === true
    ? `The key is quarantined and may only read; this takes the scope ${scope}.`
    : `The key lacks the scope ${scope}.`;

/** @param hint for a key that is not quarantined. @returns KeywardError `insufficient_scope` */
export function scopeRefusal(
  caller: Lacking,
  scope: Scope,
  hint = `Use a key with the scope ${scope}, or ask an administrator to add the scope to this one: keyward keys update.`,
): KeywardError {
  const { keyId, isQuarantined } = caller;
  const ending = `keyward keys get ${keyId} shows why. An administrator ends it: keyward keys enable ${keyId}. Where no other key can: keyward keys create --local, on the machine of the server.`;
  return new KeywardError('insufficient_scope', lackOf(caller, scope), {
    details: { scope, ...(isQuarantined === true ? { state: 'quarantined' } : {}) },
    hint: isQuarantined === true ? ending : hint,
  });
}
