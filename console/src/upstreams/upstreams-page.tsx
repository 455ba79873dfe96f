import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRows } from '../api/pages.ts';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { PageButton } from '../page/page-controls.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { State } from '../page/state.tsx';
import { HealthBadge } from './health-badge.tsx';
import { TestButton } from './test-button.tsx';
import type { Upstream } from './upstream-draft.ts';
import { upstreamsQuery } from './upstream-queries.ts';

/** The servers of models behind this one. */
export function UpstreamsPage() {
  const upstreams = useInfiniteQuery(upstreamsQuery);
  const rows = useRows(upstreams.data);
  const add = <PageButton to="/upstreams/new">Add an upstream</PageButton>;
  return (
    <Page
      title="Upstreams"
      description="Servers of models behind this one: OpenAI, Ollama, vLLM, llama.cpp and others that speak the OpenAI API."
      actions={add}
    >
      <List
        label="Upstreams"
        query={upstreams}
        rows={rows}
        columns={COLUMNS}
        rowId={({ id }) => id}
        emptyTitle="There is no upstream yet"
      >
        <Text size="sm">
          The local model works without one. Add a server to offer its models behind keys.
        </Text>
        {add}
      </List>
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
    ({ enabled }) => <State tone={enabled ? 'good' : 'idle'}>{enabled ? 'enabled' : 'disabled'}</State>,
  ],
  ['Actions', ({ id, name }) => <TestButton size="compact-sm" id={id} name={name} />],
);
