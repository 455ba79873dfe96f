import { Alert, Text } from '@mantine/core';
import { Time } from '../page/time.tsx';
import type { WorkerDetails } from './worker-queries.ts';

/** Why it gets no jobs, and what to do. */
export function WorkerNotes({ worker }: { worker: WorkerDetails }) {
  const { name, state, paused_at, rests_until, has_twin } = worker;
  return (
    <>
      {has_twin && (
        <Alert color="red" title="Two programs run as this worker">
          <Text size="sm">
            Both report under the name {name} of this owner, so that their jobs count together. Give each
            machine a key of its own with <em>Add a worker</em>, or start each with its own{' '}
            <code>--name</code>.
          </Text>
        </Alert>
      )}
      {paused_at !== null && (
        <Alert color="orange" title="It is paused">
          <Text size="sm">
            Since <Time at={paused_at} />. It finishes its jobs and gets no more, until it is resumed.
          </Text>
        </Alert>
      )}
      {state === 'offline' && (
        <Alert color="gray" title="It was not heard of for 45 seconds">
          <Text size="sm">
            Start it on its machine: <code>keyward miner run --name {name}</code>. It comes back as the same
            worker.
          </Text>
        </Alert>
      )}
      {state === 'draining' && (
        <Alert color="orange" title="Its program ends">
          <Text size="sm">
            It finishes its jobs and gets no more. It comes back when its program starts again.
          </Text>
        </Alert>
      )}
      {rests_until !== null && (
        <Alert color="orange" title="It rests">
          <Text size="sm">
            Several jobs failed on it. It gets jobs again <Time at={rests_until} />, by itself.
          </Text>
        </Alert>
      )}
    </>
  );
}
