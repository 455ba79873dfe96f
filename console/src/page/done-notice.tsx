import type { components } from '@keyward/sdk';
import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef } from 'react';
import { reasonOf } from './problem.tsx';

/** Long enough to read it and to undo it, ms. */
const SHOWN_MS = 12_000;

/** Who acts on a change, in words. */
export function acknowledgedText({
  nodes,
  waited_ms,
  requests_ended: ended,
}: components['schemas']['Acknowledged']): string {
  const by = `Every process acts on it (${nodes}, within ${Math.ceil(waited_ms)} ms).`;
  return ended === 0 ? by : `${by} Running requests ended: ${ended}.`;
}

interface Notice {
  title: string;
  message?: string;
  /** Takes back what was done. A failure is said in a notice of its own. */
  undo?: () => Promise<unknown>;
}

/** Says that something was done; where it can be taken back, with a button for that. */
export function noticeDone({ title, message, undo }: Notice): void {
  const id = notifications.show({
    title,
    color: 'teal',
    autoClose: SHOWN_MS,
    closeButtonProps: { 'aria-label': 'Close the notice' },
    message: (
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          {message}
        </Text>
        {undo !== undefined && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              notifications.hide(id);
              void undo().then(
                () => noticeDone({ title: 'Undone' }),
                (error: unknown) => noticeFailure('That could not be undone', error),
              );
            }}
          >
            Undo
          </Button>
        )}
      </Group>
    ),
  });
}

const noticed = new WeakSet<Error>();

/** Whether a notice has said it. */
export const isNoticed = (error: Error): boolean => noticed.has(error);

/** Says why something failed, where no form can say it. It stays until it is closed. */
export function noticeFailure(title: string, error: unknown): void {
  if (error instanceof Error) noticed.add(error);
  notifications.show({
    title,
    message: reasonOf(error),
    color: 'red',
    autoClose: false,
    closeButtonProps: { 'aria-label': 'Close the notice' },
  });
}

/**
 * For a dialog that may be closed before its request is answered: a failure that it can no longer show is a notice.
 * Guarded by console/test/workspaces.test.ts.
 */
export function useLateFailure(isOpen: boolean): (title: string, error: unknown) => void {
  const isShown = useRef(isOpen);
  useEffect(() => {
    isShown.current = isOpen;
    return () => {
      isShown.current = false;
    };
  }, [isOpen]);
  return (title, error) => {
    if (!isShown.current) noticeFailure(title, error);
  };
}
