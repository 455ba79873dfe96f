import type { ManagedKey } from './bootstrap-queries.ts';

export type KeyState = ManagedKey['state'];

/** What each state means, and what to do about it. */
const WORDS: Record<KeyState, { label: string; color: string; next: string }> = {
  in_step: { label: 'in step', color: 'green', next: 'Nothing: it is as the manifest says.' },
  missing: { label: 'missing', color: 'red', next: 'Run keyward bootstrap apply: it stores a value.' },
  deleted: {
    label: 'deleted',
    color: 'red',
    next: 'Somebody deleted the value. Run apply to store a new one.',
  },
  edited: {
    label: 'edited',
    color: 'orange',
    next: 'Somebody else changed the value. Run plan, then decide.',
  },
  unmarked: {
    label: 'unmarked',
    color: 'orange',
    next: 'Somebody else stored it. Run apply to take it over.',
  },
  differs: { label: 'differs', color: 'orange', next: 'Another value is given than is stored. Run plan.' },
  copies_differ: { label: 'copies differ', color: 'orange', next: 'A copy is out of step. Run apply.' },
  refused: {
    label: 'refused',
    color: 'red',
    next: 'The service refuses the stored key. Run apply: it mints another.',
  },
  given_refused: {
    label: 'given one refused',
    color: 'red',
    next: 'The service refuses the given value. Give another.',
  },
  unreachable: {
    label: 'unreachable',
    color: 'orange',
    next: 'The service did not answer. Run verify again.',
  },
  hidden: { label: 'hidden', color: 'gray', next: 'The run may not read the value. Give it the right to.' },
  rotating: {
    label: 'rotating',
    color: 'indigo',
    next: 'A former value is still good. keyward bootstrap gc ends it.',
  },
  destroyed: { label: 'destroyed', color: 'gray', next: 'It was ended on purpose.' },
  unknown: { label: 'unknown', color: 'gray', next: 'No run has looked at it. Run verify.' },
};

export const STATES = Object.keys(WORDS) as KeyState[];

export const isState = (value: unknown): value is KeyState => STATES.some((one) => one === value);

/** States in which nobody has to do anything, or nobody knows. */
const CALM: readonly KeyState[] = ['in_step', 'rotating', 'destroyed', 'hidden', 'unknown'];

/** Whether a key is not as its manifest says. */
export const isDrifted = ({ state }: { state: KeyState }): boolean => !CALM.includes(state);

export const stateWords = (state: KeyState) => WORDS[state];
