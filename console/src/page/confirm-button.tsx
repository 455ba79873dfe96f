import { Button, Group, Modal, Stack, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { CopyAs, type CopyAsProps } from './copy-as.tsx';
import { useLateFailure } from './done-notice.tsx';
import { Problem } from './problem.tsx';

interface Question {
  /** On the button that does it. */
  label: string;
  /** The question. */
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** The same from a terminal. */
  copyAs: CopyAsProps;
  /** Closes the dialog when it resolves; its error is shown there. */
  action: { mutateAsync: () => Promise<unknown>; isPending: boolean; error: unknown; reset: () => void };
}

/** A button that asks before something that cannot be undone. */
export function ConfirmButton({ label, title, children, action, copyAs, ...props }: Question & ButtonProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const question = { label, title, children, action, copyAs };
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
      <ConfirmDialog {...question} isOpen={isOpen} onClose={close} />
    </>
  );
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({
  label,
  title,
  children,
  action,
  copyAs,
  isOpen,
  onClose,
}: Question & { isOpen: boolean; onClose: () => void }) {
  const noticeLate = useLateFailure(isOpen);
  const confirm = async (): Promise<void> => {
    try {
      await action.mutateAsync();
      onClose();
    } catch (error) {
      // Shown below, while the dialog is open.
      noticeLate(`${label}: it was not done`, error);
    }
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <Stack>
        <div>{children}</div>
        <Problem error={action.error} />
        <Group justify="space-between">
          <CopyAs {...copyAs} />
          <Group gap="xs">
            {/* The focus is on it: Enter twice in a row does no harm. */}
            <Button variant="default" onClick={onClose} data-autofocus>
              Cancel
            </Button>
            <Button color="red" loading={action.isPending} onClick={() => void confirm()}>
              {label}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
