import { Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PageButton } from '../page/page-controls.tsx';
import { useMay } from '../session/session-queries.ts';
import { isNewQuery } from './overview-queries.ts';

/** What to do with a server that nobody uses yet. */
export function FirstSteps() {
  const may = useMay();
  const { data: isNew = false } = useQuery({ ...isNewQuery, enabled: may('keys:write') });
  if (!isNew) return null;
  return (
    <Paper withBorder p="md" component="section" aria-label="First steps">
      <Title order={2} size="h5">
        First steps
      </Title>
      <Text size="sm" mb="sm">
        Nobody but you has a key yet.
      </Text>
      <Stack gap="xs">
        <PageButton to="/keys/new">Make a key for somebody</PageButton>
        {may('models:manage') && (
          <PageButton variant="default" to="/upstreams/new">
            Add an upstream with models
          </PageButton>
        )}
        {may('workspaces:write') && (
          <PageButton variant="default" to="/workspaces">
            Chat with your documents
          </PageButton>
        )}
      </Stack>
    </Paper>
  );
}
