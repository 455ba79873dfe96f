import { State, type Tone } from '../page/state.tsx';
import type { Key } from './holdings/draft.ts';

const TONES: Record<Key['state'], Tone> = {
  active: 'good',
  quarantined: 'warning',
  disabled: 'idle',
  expired: 'idle',
  revoked: 'bad',
};

/** The state of a key. */
export const StateBadge = ({ state }: { state: Key['state'] }) => <State tone={TONES[state]}>{state}</State>;
