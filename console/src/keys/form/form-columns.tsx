import { Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './form-columns.module.css';

interface ColumnsProps {
  children: ReactNode;
  /** What the form amounts to. */
  side: ReactNode;
  actions: ReactNode;
}

/** A long form, and beside it what always stays in view; on a phone at the bottom of the window. */
export const FormColumns = ({ children, side, actions }: ColumnsProps) => (
  <div className={classes['columns']}>
    <Stack gap="lg" className={classes['form'] ?? ''}>
      {children}
    </Stack>
    <div className={classes['side']}>
      {side}
      <Group gap="xs" className={classes['actions']}>
        {actions}
      </Group>
    </div>
  </div>
);
