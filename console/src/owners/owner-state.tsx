import { State } from '../page/state.tsx';
import type { Owner } from './owner-draft.ts';

export const OwnerState = ({ state }: Pick<Owner, 'state'>) => (
  <State tone={state === 'active' ? 'good' : 'bad'}>{state}</State>
);
