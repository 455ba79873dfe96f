import { Anchor, Button, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { DataTable } from '../../page/data-table.tsx';
import { Empty } from '../../page/empty.tsx';
import { Page } from '../../page/page.tsx';
import { Problem } from '../../page/problem.tsx';
import { useMay } from '../../session/session-queries.ts';
import { keysQuery } from '../key-queries.ts';
import type { KeySearch } from '../routes.ts';
import { KEY_COLUMNS } from './key-columns.tsx';
import { KeyFilters } from './key-filters.tsx';

/** All keys that the person may see. */
export function KeysPage() {
  const search = useSearch({ from: '/frame/keys' });
  const navigate = useNavigate({ from: '/keys' });
  const may = useMay();
  const set = useCallback(
    (change: KeySearch): void =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
    [navigate],
  );
  const keys = useInfiniteQuery(keysQuery(search));
  const rows = useMemo(() => keys.data?.pages.flatMap(({ items }) => items) ?? [], [keys.data]);
  const { fetchNextPage, hasNextPage, isFetching } = keys;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetching]);
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <Page
      title="Keys"
      description="Who may use what, and how much of it."
      actions={may('keys:write') && <NewKeyButton />}
    >
      <KeyFilters search={search} set={set} />
      <Problem error={keys.error} onRetry={() => void keys.refetch()} />
      {keys.isPending && <Waiting />}
      {keys.isSuccess && rows.length === 0 && (
        <NoKeys isFiltered={isFiltered} clear={() => void navigate({ search: {} })} />
      )}
      {rows.length > 0 && (
        <DataTable
          label="Keys"
          columns={KEY_COLUMNS}
          rows={rows}
          rowId={({ id }) => id}
          onEnd={onEnd}
          isLoadingMore={keys.isFetchingNextPage}
        />
      )}
    </Page>
  );
}

const NewKeyButton = () => (
  <Button component={Link} to="/keys/new">
    New key
  </Button>
);

function NoKeys({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  if (!isFiltered)
    return (
      <Empty title="There are no keys yet">
        <Text size="sm">A key lets a program or a person use models, workspaces or jobs.</Text>
        <NewKeyButton />
      </Empty>
    );
  return (
    <Empty title="No key fits">
      <Anchor component="button" size="sm" onClick={clear}>
        Clear the search and the filters
      </Anchor>
    </Empty>
  );
}

const WAITING_ROWS = 8;
const Waiting = () => (
  <Stack gap="xs" role="status" aria-label="Loading keys" pt="xs">
    {Array.from({ length: WAITING_ROWS }, (_, row) => (
      <Skeleton key={row} height={33} />
    ))}
  </Stack>
);
