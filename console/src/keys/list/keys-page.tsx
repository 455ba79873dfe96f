import { Anchor, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { List } from '../../page/list.tsx';
import { PageButton } from '../../page/page-controls.tsx';
import { useRows } from '../../api/pages.ts';
import { Page } from '../../page/page.tsx';
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
  const rows = useRows(keys.data);
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <Page
      title="Keys"
      description="Who may use what, and how much of it."
      actions={may('keys:write') && <NewKeyButton />}
    >
      <KeyFilters search={search} set={set} />
      <List
        label="Keys"
        query={keys}
        rows={rows}
        columns={KEY_COLUMNS}
        rowId={({ id }) => id}
        emptyTitle={isFiltered ? 'No key fits' : 'There are no keys yet'}
      >
        {isFiltered ? (
          <Anchor component="button" size="sm" onClick={() => void navigate({ search: {} })}>
            Clear the search and the filters
          </Anchor>
        ) : (
          <>
            <Text size="sm">A key lets a program or a person use models, workspaces or jobs.</Text>
            {may('keys:write') && <NewKeyButton />}
          </>
        )}
      </List>
    </Page>
  );
}

const NewKeyButton = () => <PageButton to="/keys/new">New key</PageButton>;
