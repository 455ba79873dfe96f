import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { Time } from '../page/time.tsx';
import { CreateWidget } from './create-widget.tsx';
import { widgetsQuery, type ListedWidget } from './widget-queries.ts';
import { WidgetState } from './widget-state.tsx';
import { PageLink } from '../page/page-link.tsx';

const COLUMNS = columnsOf<ListedWidget>(
  [
    'Workspace',
    ({ uuid, workspace }) => (
      <PageLink to="/widgets/$uuid" params={{ uuid }}>
        {workspace.name}
      </PageLink>
    ),
  ],
  ['State', (widget) => <WidgetState widget={widget} />],
  ['Answers from', ({ chat_mode: mode }) => (mode === 'query' ? 'documents only' : 'documents and model')],
  ['Questions', ({ chat_count: count }) => count.toLocaleString()],
  ['Created', ({ createdAt }) => <Time at={createdAt} />],
  ['Id', ({ uuid }) => uuid],
);

/** Chats on other people's pages. */
export function WidgetsPage() {
  const widgets = useQuery(widgetsQuery);
  return (
    <Page
      title="Widgets"
      description="A chat with one workspace, for the visitors of a site. They have no key."
      actions={<CreateWidget />}
    >
      <List
        label="Widgets"
        query={widgets}
        rows={widgets.data ?? []}
        columns={COLUMNS}
        rowId={({ uuid }) => uuid}
        emptyTitle="There is no widget yet"
      >
        <Text size="sm" ta="center">
          Choose a workspace and the sites that may show it. You get a snippet to paste into your page.
        </Text>
      </List>
    </Page>
  );
}
