import type { Verdict } from './minters/minter.ts';
import type { Looked, Stored } from './sinks/sink.ts';

/** What the decision is made from. Values are compared here and go nowhere. */
export interface Situation {
  stored: Stored;
  /** Of the first source that gives one now; undefined: none does without making one. */
  given: { value: string; source: string } | undefined;
  /** Whether Keyward can make a value. */
  canMake: boolean;
  /** Of the stored value. */
  fingerprint: string | undefined;
  /** The source of the stored value, where Keyward made it in a run that was cut off. */
  cutOff: string | undefined;
  /** What the service says of the value that will be stored: the given one, else the stored one. undefined: no service is asked. */
  verdict: Verdict | undefined;
  /** Whether the operator agreed to bring back what somebody deleted. */
  restore: boolean;
  /** Whether the operator agreed to keep what somebody else changed. */
  accept: boolean;
}

/**
 * What has to be done about one key.
 * - `keep`: nothing. `note`: the value stays, its provenance is written (it was stored by somebody else, or by a run
 *   that was cut off).
 * - `store`: the given value. `make`: a new value is made and stored.
 * - `blocked`: an operator has to act first.
 */
export type Decision =
  | { act: 'keep' }
  | { act: 'note'; source: string }
  | { act: 'store'; value: string; source: string; why: 'absent' | 'given value differs' }
  | { act: 'make'; why: 'absent' | 'refused by the service' }
  | { act: 'blocked'; why: Block };

/** `unknown`: the service could not say whether the key is good. `given refused`: it says that the given one is not. */
export type Block = 'missing' | 'deleted' | 'edited' | 'unknown' | 'given refused' | 'refused';

export function decide(situation: Situation): Decision {
  const { stored, given, canMake, fingerprint, cutOff, restore, accept, verdict } = situation;
  if (stored.state === 'deleted' && !restore) return { act: 'blocked', why: 'deleted' };
  if (verdict === 'unknown') return { act: 'blocked', why: 'unknown' };
  if (given !== undefined && verdict === 'invalid') return { act: 'blocked', why: 'given refused' };
  if (stored.state !== 'present') {
    if (given !== undefined) return { act: 'store', ...given, why: 'absent' };
    return canMake ? { act: 'make', why: 'absent' } : { act: 'blocked', why: 'missing' };
  }
  if (given !== undefined && given.value !== stored.value)
    return { act: 'store', ...given, why: 'given value differs' };
  if (verdict === 'invalid')
    return canMake ? { act: 'make', why: 'refused by the service' } : { act: 'blocked', why: 'refused' };
  const { provenance } = stored;
  if (provenance['fingerprint'] === fingerprint && fingerprint !== undefined) return { act: 'keep' };
  if (cutOff !== undefined) return { act: 'note', source: cutOff };
  if (provenance['fingerprint'] === undefined) return { act: 'note', source: given?.source ?? 'found' };
  // Somebody wrote another value by hand: it stays if the service accepts it, and is never replaced silently.
  if (verdict === 'valid' || accept) return { act: 'note', source: given?.source ?? 'found' };
  return given === undefined ? { act: 'blocked', why: 'edited' } : { act: 'note', source: given.source };
}

/**
 * Whether a copy has to be written. `unknown`: it is there, and one of the two values cannot be read.
 * @param value of the first place after the decision; undefined: it is absent, or cannot be read.
 * @param decision undefined: the first place cannot be read
 */
export function copyNeed(
  there: Looked,
  value: string | undefined,
  decision: Decision | undefined,
): 'none' | 'write' | 'unknown' {
  const isThere = there.state === 'present' || there.state === 'hidden';
  if (decision === undefined) return isThere ? 'unknown' : 'write';
  if (value === undefined) return decision.act === 'make' ? 'write' : 'none';
  if (there.state === 'hidden') return 'unknown';
  return there.state === 'present' && there.value === value ? 'none' : 'write';
}
