import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';

/** Long enough to read it and to reach the button with the keyboard. */
const SHOWN_MS = 12_000;

const errorText = (error: unknown): string => (error instanceof Error ? error.message : 'It failed.');

/** Says in a notice what was done. @param undo takes it back; a failure is shown in a notice too */
export function notify(message: string, undo?: () => Promise<unknown>): void {
  const id = notifications.show({
    autoClose: SHOWN_MS,
    closeButtonProps: { 'aria-label': 'Close the notice' },
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" lineClamp={3}>
          {message}
        </Text>
        {undo !== undefined && (
          <Button
            size="xs"
            variant="light"
            onClick={() => {
              notifications.hide(id);
              undo().catch(notifyFailure);
            }}
          >
            Undo
          </Button>
        )}
      </Group>
    ),
  });
}

/** Says in a notice what failed, where no form has a place for it. */
export function notifyFailure(error: unknown): void {
  notifications.show({
    color: 'red',
    title: 'It was not done',
    message: errorText(error),
    autoClose: SHOWN_MS,
    closeButtonProps: { 'aria-label': 'Close the notice' },
  });
}
