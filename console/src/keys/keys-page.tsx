import { Badge, Group, Loader, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { columnsOf, DataTable } from '../page/data-table.tsx';
import { Empty } from '../page/empty.tsx';
import { Page } from '../page/page.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { keysQuery } from './key-queries.ts';
import { STATES, type KeySearch } from './routes.ts';
import type { components } from '@keyward/sdk';

type Key = components['schemas']['Key'];

const COLUMNS = columnsOf<Key>(
  ['Name', ({ name }) => name],
  ['State', ({ state }) => <Badge variant="light">{state}</Badge>],
  ['Created', ({ created_at }) => <Time at={created_at} />],
);
const TYPING_MS = 250;

/** All keys that the person may see. */
export function KeysPage() {
  const search = useSearch({ from: '/frame/keys' });
  const navigate = useNavigate({ from: '/keys' });
  const set = (change: KeySearch): void => void navigate({ search: { ...search, ...change }, replace: true });
  const setText = useDebouncedCallback((q: string) => set({ q }), TYPING_MS);
  const keys = useInfiniteQuery(keysQuery(search));
  const rows = useMemo(() => keys.data?.pages.flatMap(({ items }) => items) ?? [], [keys.data]);
  const { fetchNextPage, hasNextPage, isFetching } = keys;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetching]);
  return (
    <Page title="Keys">
      <Group>
        <TextInput
          aria-label="Search by name or id"
          placeholder="Search by name or id"
          defaultValue={search.q ?? ''}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          aria-label="State"
          placeholder="Any state"
          clearable
          data={STATES}
          value={search.state ?? null}
          onChange={(state) => set({ state: state ?? undefined })}
        />
      </Group>
      <Problem error={keys.error} onRetry={() => void keys.refetch()} />
      {keys.isPending && <Loader aria-label="Loading keys" />}
      {keys.isSuccess && rows.length === 0 && (
        <Empty title="No key fits">
          <Text size="sm">Change the search, or clear it.</Text>
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Keys"
          columns={COLUMNS}
          rows={rows}
          rowId={({ id }) => id}
          onEnd={onEnd}
          isLoadingMore={isFetching}
        />
      )}
    </Page>
  );
}
