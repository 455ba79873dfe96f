import { Button, Group, Modal, Stack, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Problem } from './problem.tsx';

interface ConfirmProps extends ButtonProps {
  /** On the button, and in the dialog. */
  label: string;
  /** The question. */
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** Closes the dialog when it resolves; its error is shown there. */
  action: { mutateAsync: () => Promise<unknown>; isPending: boolean; error: unknown; reset: () => void };
}

/** Asks before something that cannot be undone. */
export function ConfirmButton({ label, title, children, action, ...props }: ConfirmProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const confirm = async (): Promise<void> => {
    try {
      await action.mutateAsync();
      close();
    } catch {
      // Shown below.
    }
  };
  return (
    <>
      <Button
        variant="default"
        {...props}
        onClick={() => {
          action.reset();
          open();
        }}
      >
        {label}
      </Button>
      <Modal opened={isOpen} onClose={close} title={title}>
        <Stack>
          <div>{children}</div>
          <Problem error={action.error} />
          <Group justify="end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button color="red" loading={action.isPending} onClick={() => void confirm()} data-autofocus>
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
