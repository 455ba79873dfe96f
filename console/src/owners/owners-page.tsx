import { Anchor, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRows } from '../api/pages.ts';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { PageButton } from '../page/page-controls.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { SearchField } from '../page/search-field.tsx';
import { Time } from '../page/time.tsx';
import { useMay } from '../session/session-queries.ts';
import type { Owner } from './owner-draft.ts';
import { OwnerState } from './owner-state.tsx';
import { ownersQuery } from './owner-queries.ts';
import { counted } from '../page/count-text.ts';

/** People, services and teams that keys belong to. */
export function OwnersPage() {
  const may = useMay();
  const { q } = useSearch({ from: '/frame/owners' });
  const navigate = useNavigate({ from: '/owners' });
  const owners = useInfiniteQuery(ownersQuery(q));
  const rows = useRows(owners.data);
  const add = may('owners:manage') && <PageButton to="/owners/new">Add an owner</PageButton>;
  return (
    <Page
      title="Owners"
      description="The person, service or team that a key belongs to. Their limits and budgets hold for all their keys together."
      actions={add}
    >
      <div role="search" aria-label="Owners">
        <SearchField
          aria-label="Search by name or id"
          placeholder="Search by name or id"
          w={{ base: '100%', xs: 260 }}
          value={q}
          onChange={(text) => void navigate({ search: text === undefined ? {} : { q: text }, replace: true })}
        />
      </div>
      <List
        label="Owners"
        query={owners}
        rows={rows}
        columns={COLUMNS}
        rowId={({ id }) => id}
        emptyTitle={q === undefined ? 'There is no owner' : 'No owner fits'}
      >
        {q === undefined ? (
          <>
            <Text size="sm">Add one, then give it a key.</Text>
            {add}
          </>
        ) : (
          <Anchor component="button" size="sm" onClick={() => void navigate({ search: {} })}>
            Clear the search
          </Anchor>
        )}
      </List>
    </Page>
  );
}

const some = (count: number, noun: string): string => (count === 0 ? '' : counted(count, noun));

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
      [some(limits.length, 'limit'), some(budgets.length, 'budget')]
        .filter((text) => text !== '')
        .join(', ') || 'none',
  ],
  ['Created', ({ created_at }) => <Time at={created_at} />],
);
