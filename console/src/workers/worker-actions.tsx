import { Button, Text, type ButtonProps } from '@mantine/core';
import { ConfirmButton } from '../page/confirm-button.tsx';
import { noticeDone, noticeFailure } from '../page/done-notice.tsx';
import { useMay } from '../session/session-queries.ts';
import { usePauseWorker, useRemoveWorker, type Worker } from './worker-queries.ts';
import { counted } from '../page/count-text.ts';

interface RemoveProps extends ButtonProps {
  worker: Pick<Worker, 'worker_id' | 'name'>;
  onRemoved?: () => void;
}

export function RemoveWorker({ worker: { worker_id: id, name }, onRemoved, ...props }: RemoveProps) {
  const may = useMay();
  const remove = useRemoveWorker(id);
  if (!may('workers:manage')) return null;
  const removal = {
    ...remove,
    mutateAsync: async () => {
      const { state, leases } = await remove.mutateAsync();
      const jobs = leases === 1 ? 'the job' : `the ${counted(leases, 'job')}`;
      const message = state === 'gone' ? 'It had no job.' : `It finishes ${jobs} that it has first.`;
      noticeDone({ title: `${name} gets no more jobs`, message });
      onRemoved?.();
    },
  };
  return (
    <ConfirmButton
      {...props}
      label="Drain and remove"
      title={`Remove ${name}?`}
      action={removal}
      copyAs={{ operation: 'workers.delete', path: { id } }}
    >
      <Text size="sm">
        It gets no more jobs, finishes what it has, and its program ends. It comes back when it registers
        again. To keep it out, revoke its key.
      </Text>
    </ConfirmButton>
  );
}

/** Can be undone at once: it asks nothing. */
export function PauseWorker({ worker: { worker_id: id, name, paused_at } }: { worker: Worker }) {
  const may = useMay();
  const change = usePauseWorker(id);
  if (!may('workers:manage')) return null;
  const isPaused = paused_at !== null;
  const onError = (error: unknown): void => noticeFailure(`${name} stays as it was`, error);
  const pause = (): void =>
    change.mutate('pause', {
      onError,
      onSuccess: () =>
        noticeDone({
          title: `${name} is paused`,
          message: 'It finishes its jobs, and gets no more.',
          undo: () => change.mutateAsync('resume'),
        }),
    });
  return (
    <Button
      variant={isPaused ? 'filled' : 'default'}
      loading={change.isPending}
      onClick={isPaused ? () => change.mutate('resume', { onError }) : pause}
    >
      {isPaused ? 'Resume' : 'Pause'}
    </Button>
  );
}
