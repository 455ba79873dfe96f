import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { components } from '@keyward/sdk';
import { CopyAs } from '../page/copy-as.tsx';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { useMay } from '../session/session-queries.ts';
import { localModelQuery, modelsQuery } from './model-queries.ts';

type Model = components['schemas']['Model'];

/** The models that can be asked, and the state of the local one. */
export function ModelsPage() {
  const may = useMay();
  const models = useQuery(modelsQuery);
  const local = useQuery(localModelQuery);
  return (
    <Page title="Models" description="What a request may name as its model.">
      {local.data !== undefined && local.data !== null && (
        <Alert color={local.data.ok ? 'green' : 'orange'} title="Local model" role="status">
          {local.data.ok
            ? 'It runs beside this server, and answers.'
            : `It does not answer: ${local.data.detail}.`}
        </Alert>
      )}
      <List
        label="Models"
        query={models}
        rows={models.data ?? []}
        columns={COLUMNS}
        rowId={({ id }) => id}
        emptyTitle="There is no model"
      >
        <Text size="sm">
          {may('models:manage') ? (
            <PageLink to="/upstreams/new">Add an upstream</PageLink>
          ) : (
            'Ask an administrator for one.'
          )}
        </Text>
      </List>
    </Page>
  );
}

const COLUMNS = columnsOf<Model>(
  ['Model', ({ id }) => id],
  ['Provided by', ({ owned_by }) => owned_by],
  [
    'Actions',
    ({ id }) => (
      <CopyAs
        operation="chat.completions"
        body={{ model: id, messages: [{ role: 'user', content: 'Hello' }] }}
        cli={['chat', 'Hello', '--model', id]}
      />
    ),
  ],
);
