import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { SearchField } from '../page/search-field.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { CreateWorkspace } from './create-workspace.tsx';
import { DeleteWorkspace } from './delete-workspace.tsx';
import { modeLabel } from './modes.ts';
import { workspacesQuery, type Workspace } from './workspace-queries.ts';
import { PageLink } from '../page/page-link.tsx';

const COLUMNS = [
  [
    'Name',
    ({ slug, name }: Workspace) => (
      <PageLink to="/workspaces/$slug" params={{ slug }}>
        {name}
      </PageLink>
    ),
  ],
  ['Answers', ({ chatMode }: Workspace) => modeLabel(chatMode)],
  ['Threads', ({ threads }: Workspace) => threads.length],
  ['Created', ({ createdAt }: Workspace) => <Time at={createdAt} />],
] as const;
const DeleteRow = (workspace: { slug: string; name: string }) => (
  <DeleteWorkspace {...workspace} size="compact-sm" />
);

/** All workspaces that the person may see. */
export function WorkspacesPage() {
  const { q = '' } = useSearch({ from: '/frame/workspaces' });
  const navigate = useNavigate({ from: '/workspaces' });
  const may = useMay();
  const mayWrite = may('workspaces:write');
  const workspaces = useQuery(workspacesQuery);
  const all = workspaces.data ?? [];
  const wanted = q.toLowerCase();
  const rows = all.filter(({ name, slug }) => `${name} ${slug}`.toLowerCase().includes(wanted));
  const columns = useMemo(
    () =>
      columnsOf<Workspace>(
        ...COLUMNS,
        ...(mayWrite
          ? [['Actions', ({ slug, name }: Workspace) => <DeleteRow slug={slug} name={name} />] as const]
          : []),
      ),
    [mayWrite],
  );
  return (
    <Page
      title="Workspaces"
      description="Documents, and chats that answer from them."
      actions={mayWrite && <CreateWorkspace />}
    >
      {(workspaces.isPending || all.length > 0) && (
        <SearchField
          aria-label="Search by name"
          placeholder="Search by name"
          value={q}
          maw={320}
          onChange={(text) => void navigate({ search: text === undefined ? {} : { q: text }, replace: true })}
        />
      )}
      <List
        label="Workspaces"
        query={workspaces}
        rows={rows}
        columns={columns}
        rowId={({ slug }) => slug}
        emptyTitle={all.length > 0 ? 'No workspace fits' : 'There is no workspace yet'}
      >
        <Text size="sm" ta="center">
          {all.length > 0
            ? 'Change the search, or clear it.'
            : mayWrite
              ? 'Make one, put documents into it, and ask it what they say.'
              : 'Ask an administrator to add you to one.'}
        </Text>
      </List>
    </Page>
  );
}
