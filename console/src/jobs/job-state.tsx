import { State as StateMark, type Tone } from '../page/state.tsx';
import type { Job } from './job-queries.ts';

/** Of a job, or of a step that has none yet. */
type State = Job['state'] | 'PENDING' | 'SKIPPED';

const TONES: Record<State, Tone> = {
  PENDING: 'idle',
  SKIPPED: 'idle',
  QUEUED: 'idle',
  RUNNING: 'busy',
  COMPLETED: 'good',
  FAILED: 'bad',
  CANCELED: 'idle',
  EXPIRED: 'warning',
};
const WORDS: Record<State, string> = {
  PENDING: 'not begun',
  SKIPPED: 'skipped',
  QUEUED: 'waiting',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
};

export const stateWord = (state: Job['state']): string => WORDS[state];

export const JobState = ({ state }: { state: State }) => (
  <StateMark tone={TONES[state]}>{WORDS[state]}</StateMark>
);
