import type { Stored } from './sinks/sink.ts';

/** What the decision is made from. Values are compared here and go nowhere. */
export interface Situation {
  stored: Stored;
  /** Of the first source that gives one now; undefined: none does without making one. */
  given: { value: string; source: string } | undefined;
  /** Whether Keyward can make a value. */
  canMake: boolean;
  /** Of the stored value; undefined where there is none. */
  fingerprint: string | undefined;
  /** Whether the operator agreed to bring back what somebody deleted. */
  restore: boolean;
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
  | { act: 'make' }
  | { act: 'blocked'; why: 'missing' | 'deleted' | 'edited' };

export function decide({ stored, given, canMake, fingerprint, restore }: Situation): Decision {
  if (stored.state === 'deleted' && !restore) return { act: 'blocked', why: 'deleted' };
  if (stored.state !== 'present') {
    if (given !== undefined) return { act: 'store', ...given, why: 'absent' };
    return canMake ? { act: 'make' } : { act: 'blocked', why: 'missing' };
  }
  if (given !== undefined && given.value !== stored.value)
    return { act: 'store', ...given, why: 'given value differs' };
  const { provenance } = stored;
  if (provenance['fingerprint'] === undefined) return { act: 'note', source: given?.source ?? 'found' };
  if (provenance['fingerprint'] === fingerprint) return { act: 'keep' };
  // Somebody wrote another value by hand: it is not replaced, and not taken for Keyward's.
  return given === undefined ? { act: 'blocked', why: 'edited' } : { act: 'note', source: given.source };
}
