import { Badge } from '@mantine/core';
import type { Job } from './job-queries.ts';

/** Of a job, or of a step that has none yet. */
type State = Job['state'] | 'PENDING' | 'SKIPPED';

const COLORS: Record<State, string> = {
  PENDING: 'gray',
  SKIPPED: 'gray',
  QUEUED: 'gray',
  RUNNING: 'indigo',
  COMPLETED: 'green',
  FAILED: 'red',
  CANCELED: 'gray',
  EXPIRED: 'orange',
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
  <Badge variant="light" tt="none" color={COLORS[state]}>
    {WORDS[state]}
  </Badge>
);
