import { SimpleGrid } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../page/problem.tsx';
import { queueQuery } from './overview-queries.ts';
import { Tile } from './tile.tsx';

/** Jobs and workers now. */
export function QueueTiles() {
  const { data, error } = useQuery(queueQuery);
  const oldest = data?.oldest_queued_seconds;
  return (
    <>
      <Problem error={error} />
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Tile
          label="Jobs waiting"
          value={data?.jobs_queued.toLocaleString()}
          note={typeof oldest === 'number' ? `the oldest for ${Math.round(oldest)} s` : ''}
        />
        <Tile label="Jobs running" value={data?.jobs_running.toLocaleString()} />
        <Tile label="Workers online" value={data?.workers_online.toLocaleString()} />
        <Tile
          label="Version"
          value={data?.version}
          note={data?.status === 'ready' ? 'ready' : data && 'not ready'}
        />
      </SimpleGrid>
    </>
  );
}
