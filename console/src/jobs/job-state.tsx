import { Badge } from '@mantine/core';
import type { Job } from './job-queries.ts';

const COLORS: Record<Job['state'], string> = {
  QUEUED: 'gray',
  RUNNING: 'indigo',
  COMPLETED: 'green',
  FAILED: 'red',
  CANCELED: 'gray',
  EXPIRED: 'orange',
};
const WORDS: Record<Job['state'], string> = {
  QUEUED: 'waiting',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
};

export const stateWord = (state: Job['state']): string => WORDS[state];

export const JobState = ({ state }: { state: Job['state'] }) => (
  <Badge variant="light" tt="none" color={COLORS[state]}>
    {WORDS[state]}
  </Badge>
);
