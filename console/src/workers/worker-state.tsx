import { Badge, Group } from '@mantine/core';
import { PageLink } from '../page/page-link.tsx';
import { useMay } from '../session/session-queries.ts';
import type { Worker } from './worker-queries.ts';

const COLORS: Record<Worker['state'], string> = {
  online: 'green',
  draining: 'orange',
  paused: 'orange',
  resting: 'orange',
  offline: 'gray',
};

/** Its state, and whether two programs share its name. */
export const WorkerState = ({
  worker: { state, has_twin },
}: {
  worker: Pick<Worker, 'state' | 'has_twin'>;
}) => (
  <Group gap={4} wrap="nowrap" component="span">
    <Badge variant="light" tt="none" color={COLORS[state]}>
      {state}
    </Badge>
    {has_twin && (
      <Badge variant="light" tt="none" color="red">
        name used twice
      </Badge>
    )}
  </Group>
);

/** Workers of different owners may have one name: their owner tells them apart. */
export function WorkerOwner({ id }: { id: string }) {
  const may = useMay();
  if (!may('keys:read')) return <>{id}</>;
  return (
    <PageLink to="/owners/$id" params={{ id }}>
      {id}
    </PageLink>
  );
}
