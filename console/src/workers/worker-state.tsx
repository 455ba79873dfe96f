import { Group } from '@mantine/core';
import { State, type Tone } from '../page/state.tsx';
import type { Worker } from './worker-queries.ts';

const TONES: Record<Worker['state'], Tone> = {
  online: 'good',
  draining: 'warning',
  paused: 'warning',
  resting: 'warning',
  offline: 'idle',
};

/** Its state, and whether two programs share its name. */
export const WorkerState = ({
  worker: { state, has_twin },
}: {
  worker: Pick<Worker, 'state' | 'has_twin'>;
}) => (
  <Group gap={4} wrap="nowrap" component="span">
    <State tone={TONES[state]}>{state}</State>
    {has_twin && <State tone="bad">name used twice</State>}
  </Group>
);
