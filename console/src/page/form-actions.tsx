import { Button, Group, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';

interface FormActionsProps {
  /** Submits the form. */
  submit: { label: string; isPending: boolean; isDisabled?: boolean; color?: ButtonProps['color'] };
  /** The way back, where there is one. */
  cancel?: { label?: string; onClick: () => void; isDisabled?: boolean };
  /** At the other end: the same from a terminal. */
  children: ReactNode;
}

/** The last row of every form, in this order. Guarded by console/test/action-places.test.ts. */
export const FormActions = ({ submit, cancel, children }: FormActionsProps) => (
  <Group justify="space-between">
    {children}
    <Group gap="xs" ml="auto">
      {cancel !== undefined && (
        <Button variant="default" disabled={cancel.isDisabled} onClick={cancel.onClick}>
          {cancel.label ?? 'Cancel'}
        </Button>
      )}
      <Button
        type="submit"
        disabled={submit.isDisabled}
        loading={submit.isPending}
        {...(submit.color === undefined ? {} : { color: submit.color })}
      >
        {submit.label}
      </Button>
    </Group>
  </Group>
);
