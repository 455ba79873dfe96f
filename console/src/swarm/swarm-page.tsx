import type { components } from '@keyward/sdk';
import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { Time } from '../page/time.tsx';
import { swarmQuery, swarmsQuery, type SwarmRow } from './swarm-queries.ts';

type Member = components['schemas']['SwarmMember'];

/** Groups of workers that answer one question together. */
export function SwarmPage() {
  const swarms = useQuery(swarmsQuery);
  return (
    <Page
      title="Swarm"
      description="Groups of workers that answer one question together: by vote, in parts, or the first one."
    >
      <List
        label="Swarms"
        query={swarms}
        rows={swarms.data ?? []}
        columns={SWARMS}
        rowId={({ swarm_id }) => swarm_id}
        emptyTitle="There is no swarm"
      >
        <Text size="sm">
          A worker joins one with <code>keyward swarm join</code>.
        </Text>
      </List>
      {swarms.data?.map(({ swarm_id }) => (
        <Members key={swarm_id} id={swarm_id} />
      ))}
    </Page>
  );
}

function Members({ id }: { id: string }) {
  const members = useQuery(swarmQuery(id));
  return (
    <Stack component="section" gap="xs" aria-label={`Members of ${id}`}>
      <Title order={2} size="h4">
        {id}
      </Title>
      <List
        label={`Members of ${id}`}
        query={members}
        rows={members.data ?? []}
        columns={MEMBERS}
        rowId={({ worker_id }) => worker_id}
        emptyTitle="It has no member"
      />
    </Stack>
  );
}

const SWARMS = columnsOf<SwarmRow>(
  ['Swarm', ({ swarm_id }) => swarm_id],
  ['Members', ({ members, online }) => `${members}, ${online} online`],
  ['Capabilities', ({ capabilities }) => capabilities.join(', ')],
);

const MEMBERS = columnsOf<Member>(
  ['Worker', ({ name }) => name],
  ['State', ({ state }) => state],
  ['Role', ({ role }) => role],
  ['Capability', ({ capability }) => capability],
  ['Priority', ({ priority }) => priority],
  ['Joined', ({ joined_at }) => <Time at={joined_at} />],
);
