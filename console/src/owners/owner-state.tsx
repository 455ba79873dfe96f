import { Badge } from '@mantine/core';
import type { Owner } from './owner-draft.ts';

export const OwnerState = ({ state }: Pick<Owner, 'state'>) => (
  <Badge variant="light" tt="none" color={state === 'active' ? 'green' : 'red'}>
    {state}
  </Badge>
);
