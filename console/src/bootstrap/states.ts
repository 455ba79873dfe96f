import type { Tone } from '../page/state.tsx';
import type { ManagedKey } from './bootstrap-queries.ts';

export type KeyState = ManagedKey['state'];

/** What each state means, and what to do about it. */
const WORDS: Record<KeyState, { label: string; tone: Tone; next: string }> = {
  in_step: { label: 'in step', tone: 'good', next: 'Nothing: it is as the manifest says.' },
  missing: { label: 'missing', tone: 'bad', next: 'Run keyward bootstrap apply: it stores a value.' },
  deleted: {
    label: 'deleted',
    tone: 'bad',
    next: 'Somebody deleted the value. Run apply to store a new one.',
  },
  edited: {
    label: 'edited',
    tone: 'warning',
    next: 'Somebody else changed the value. Run plan, then decide.',
  },
  unmarked: {
    label: 'unmarked',
    tone: 'warning',
    next: 'Somebody else stored it. Run apply to take it over.',
  },
  differs: { label: 'differs', tone: 'warning', next: 'Another value is given than is stored. Run plan.' },
  copies_differ: { label: 'copies differ', tone: 'warning', next: 'A copy is out of step. Run apply.' },
  refused: {
    label: 'refused',
    tone: 'bad',
    next: 'The service refuses the stored key. Run apply: it mints another.',
  },
  given_refused: {
    label: 'given one refused',
    tone: 'bad',
    next: 'The service refuses the given value. Give another.',
  },
  unreachable: {
    label: 'unreachable',
    tone: 'warning',
    next: 'The service did not answer. Run verify again.',
  },
  hidden: { label: 'hidden', tone: 'idle', next: 'The run may not read the value. Give it the right to.' },
  rotating: {
    label: 'rotating',
    tone: 'busy',
    next: 'A former value is still good. keyward bootstrap gc ends it.',
  },
  destroyed: { label: 'destroyed', tone: 'idle', next: 'It was ended on purpose.' },
  unknown: { label: 'unknown', tone: 'idle', next: 'No run has looked at it. Run verify.' },
};

export const STATES = Object.keys(WORDS) as KeyState[];

export const isState = (value: unknown): value is KeyState => STATES.some((one) => one === value);

/** States in which nobody has to do anything, or nobody knows. */
const CALM: readonly KeyState[] = ['in_step', 'rotating', 'destroyed', 'hidden', 'unknown'];

/** Whether a key is not as its manifest says. */
export const isDrifted = ({ state }: { state: KeyState }): boolean => !CALM.includes(state);

export const stateWords = (state: KeyState) => WORDS[state];
