import { Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Empty } from '../page/empty.tsx';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
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
  <DeleteWorkspace {...workspace} size="compact-sm" variant="subtle" color="red" />
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
      {all.length > 0 && (
        <SearchField
          aria-label="Search by name"
          placeholder="Search by name"
          value={q}
          maw={320}
          onChange={(text) => void navigate({ search: text === undefined ? {} : { q: text }, replace: true })}
        />
      )}
      <Problem error={workspaces.error} onRetry={() => void workspaces.refetch()} />
      {workspaces.isPending && <Loader aria-label="Loading workspaces" />}
      {workspaces.isSuccess && rows.length === 0 && <NoWorkspace isFiltered={all.length > 0} />}
      {rows.length > 0 && (
        <DataTable label="Workspaces" columns={columns} rows={rows} rowId={({ slug }) => slug} />
      )}
    </Page>
  );
}

function NoWorkspace({ isFiltered }: { isFiltered: boolean }) {
  const may = useMay();
  if (isFiltered)
    return (
      <Empty title="No workspace fits">
        <Text size="sm">Change the search, or clear it.</Text>
      </Empty>
    );
  return (
    <Empty title="There is no workspace yet">
      <Text size="sm" ta="center">
        {may('workspaces:write')
          ? 'Make one, put documents into it, and ask it what they say.'
          : 'Ask an administrator to add you to one.'}
      </Text>
    </Empty>
  );
}
