import { List, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Empty } from '../page/empty.tsx';
import { Section } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { workspacesQuery } from '../workspaces/workspace-queries.ts';

/** Where a member begins: the chats. */
export function YourWorkspaces() {
  const { data, error, isPending, refetch } = useQuery(workspacesQuery);
  return (
    <Section title="Your workspaces">
      <Problem error={error} onRetry={() => void refetch()} />
      {isPending && <Skeleton height={120} />}
      {data?.length === 0 && (
        <Empty title="You belong to no workspace yet">
          <Text size="sm" ta="center">
            Ask an administrator to add you to one. Then you can chat with its documents here.
          </Text>
        </Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <List spacing="xs" styles={{ item: { overflowWrap: 'anywhere' } }}>
          {data.map(({ slug, name }) => (
            <List.Item key={slug}>
              <PageLink to="/workspaces/$slug" params={{ slug }} size="md">
                {name}
              </PageLink>
            </List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}
