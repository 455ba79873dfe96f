import { State } from '../page/state.tsx';
import { stateWords, type KeyState } from './states.ts';

/** How a key differs from its manifest. */
export function Drift({ state }: { state: KeyState }) {
  const { label, tone, next } = stateWords(state);
  return (
    <State tone={tone} title={next}>
      {label}
    </State>
  );
}
