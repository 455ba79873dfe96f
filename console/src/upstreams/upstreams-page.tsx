import { Badge, Button, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Empty } from '../page/empty.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Problem } from '../page/problem.tsx';
import { HealthBadge } from './health-badge.tsx';
import { TestButton } from './test-button.tsx';
import { upstreamsQuery, type Upstream } from './upstream-queries.ts';

/** The servers of models behind this one. */
export function UpstreamsPage() {
  const upstreams = useQuery(upstreamsQuery);
  const rows = upstreams.data?.items ?? [];
  const add = (
    <Button component={Link} to="/upstreams/new">
      Add an upstream
    </Button>
  );
  return (
    <Page
      title="Upstreams"
      description="Servers of models behind this one: OpenAI, Ollama, vLLM, llama.cpp and others that speak the OpenAI API."
      actions={add}
    >
      <Problem error={upstreams.error} onRetry={() => void upstreams.refetch()} />
      {upstreams.isPending && <Skeleton height={160} />}
      {upstreams.isSuccess && rows.length === 0 && (
        <Empty title="There is no upstream yet">
          <Text size="sm">
            The local model works without one. Add a server to offer its models behind keys.
          </Text>
          {add}
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable label="Upstreams" columns={COLUMNS} rows={rows} rowId={({ id }) => id} />
      )}
    </Page>
  );
}

const modelsIn = ({ models }: Upstream): string =>
  models.length === 0
    ? 'all that it lists'
    : models.map((model) => (typeof model === 'string' ? model : model.name)).join(', ');

const COLUMNS = columnsOf<Upstream>(
  [
    'Name',
    ({ id, name }) => (
      <PageLink to="/upstreams/$id" params={{ id }}>
        {name}
      </PageLink>
    ),
  ],
  ['Address', ({ base_url }) => base_url],
  [
    'Models',
    (upstream) => (
      <Text size="sm" maw={280} truncate>
        {modelsIn(upstream)}
      </Text>
    ),
  ],
  ['Health', (upstream) => <HealthBadge upstream={upstream} />],
  [
    'Use',
    ({ enabled }) => (
      <Badge variant="default" tt="none">
        {enabled ? 'enabled' : 'disabled'}
      </Badge>
    ),
  ],
  ['Test', ({ id, name }) => <TestButton id={id} name={name} />],
);
