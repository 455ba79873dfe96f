import { Text } from '@mantine/core';
import { ConfirmDialog } from '../page/confirm-button.tsx';
import { acknowledgedText, noticeDone } from '../page/done-notice.tsx';
import { useStop, type Stopped, type StopTarget } from './running-queries.ts';

/** What every node has confirmed. */
export function noticeStopped({ acknowledged, missing_nodes }: Stopped): void {
  const missing = missing_nodes === 0 ? '' : ` ${missing_nodes} did not answer in time.`;
  noticeDone({ title: 'Stopped', message: acknowledgedText(acknowledged) + missing });
}

/** All requests of a key or an owner. */
export interface Many {
  target: Exclude<StopTarget, { id: string }>;
  /** Such as "the key reports". */
  of: string;
}

/** Asks before many requests are stopped. It belongs to the page: the row that it began with may go meanwhile. */
export function StopAll({ many: { target, of }, onClose }: { many: Many; onClose: () => void }) {
  const stop = useStop();
  const [name = '', value = ''] = Object.entries(target)[0] ?? [];
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      label="Stop all"
      title={`Stop all requests of ${of}?`}
      action={{ ...stop, mutateAsync: async () => noticeStopped(await stop.mutateAsync(target)) }}
      copyAs={{
        operation: 'running.stop_all',
        body: target,
        cli: ['running', 'stop', `--${name}`, value],
      }}
    >
      <Text size="sm">
        Every request of {of} that runs now ends. Later ones are let in: to keep them out, disable the key or
        suspend the owner.
      </Text>
    </ConfirmDialog>
  );
}
