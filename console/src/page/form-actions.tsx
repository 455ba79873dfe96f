import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';

interface FormActionsProps {
  /** Submits the form. */
  submit: { label: string; isPending: boolean; isDisabled?: boolean };
  /** The way back. */
  cancel: { label?: string; onClick: () => void; isDisabled?: boolean };
  /** At the other end: the same from a terminal. */
  children: ReactNode;
}

/** The last row of a form. */
export const FormActions = ({ submit, cancel, children }: FormActionsProps) => (
  <Group justify="space-between">
    {children}
    <Group>
      <Button variant="default" disabled={cancel.isDisabled} onClick={cancel.onClick}>
        {cancel.label ?? 'Cancel'}
      </Button>
      <Button type="submit" disabled={submit.isDisabled} loading={submit.isPending}>
        {submit.label}
      </Button>
    </Group>
  </Group>
);
