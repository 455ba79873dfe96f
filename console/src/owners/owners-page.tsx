import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import { OwnerState } from './owner-state.tsx';
import { ownersQuery, type Owner } from './owner-queries.ts';

/** People, services and teams that keys belong to. */
export function OwnersPage() {
  const may = useMay();
  const owners = useInfiniteQuery(ownersQuery);
  const rows = useMemo(() => owners.data?.pages.flatMap(({ items }) => items) ?? [], [owners.data]);
  const add = may('owners:manage') && (
    <Button component={Link} to="/owners/new">
      Add an owner
    </Button>
  );
  return (
    <Page
      title="Owners"
      description="The person, service or team that a key belongs to. Their limits and budgets hold for all their keys together."
      actions={add}
    >
      <List
        label="Owners"
        query={owners}
        rows={rows}
        columns={COLUMNS}
        rowId={({ id }) => id}
        emptyTitle="There is no owner"
      >
        <Text size="sm">Add one, then give it a key.</Text>
        {add}
      </List>
    </Page>
  );
}

const counted = (count: number, noun: string): string =>
  count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;

const COLUMNS = columnsOf<Owner>(
  [
    'Name',
    ({ id, name }) => (
      <PageLink to="/owners/$id" params={{ id }}>
        {name}
      </PageLink>
    ),
  ],
  ['Kind', ({ kind }) => kind],
  ['State', ({ state }) => <OwnerState state={state} />],
  [
    'Bounds',
    ({ limits, budgets }) =>
      [counted(limits.length, 'limit'), counted(budgets.length, 'budget')]
        .filter((text) => text !== '')
        .join(', ') || 'none',
  ],
  ['Created', ({ created_at }) => <Time at={created_at} />],
);
