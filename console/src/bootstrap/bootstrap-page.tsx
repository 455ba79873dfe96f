import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { PageButton } from '../page/page-controls.tsx';
import { Page } from '../page/page.tsx';
import { PageLink } from '../page/page-link.tsx';
import { SearchField } from '../page/search-field.tsx';
import { Time } from '../page/time.tsx';
import { managedKeysQuery, type ManagedKey } from './bootstrap-queries.ts';
import { Drift } from './drift.tsx';

/** Keys that the bootstrap stores where programs find them. */
export function BootstrapPage() {
  const { stack } = useSearch({ from: '/frame/bootstrap' });
  const navigate = useNavigate({ from: '/bootstrap' });
  const keys = useInfiniteQuery(managedKeysQuery(stack));
  const rows = useMemo(() => keys.data?.pages.flatMap(({ items }) => items) ?? [], [keys.data]);
  return (
    <Page
      title="Bootstrap"
      description="Keys that are stored where programs find them: where each is, where it came from, and whether it is in step."
      actions={
        <PageButton to="/bootstrap/plan" variant="default">
          Look at a plan
        </PageButton>
      }
    >
      <SearchField
        label="Stack"
        maw={320}
        value={stack}
        onChange={(value) => void navigate({ search: { stack: value }, replace: true })}
      />
      <List
        label="Managed keys"
        query={keys}
        rows={rows}
        columns={COLUMNS}
        rowId={(key) => `${key.stack}/${key.id}`}
        emptyTitle="No run has reported a key"
      >
        <Text size="sm">
          Name this server under <code>report</code> in the manifest, then run{' '}
          <code>keyward bootstrap apply</code>.
        </Text>
      </List>
    </Page>
  );
}

const COLUMNS = columnsOf<ManagedKey>(
  [
    'Key',
    ({ stack, id }) => (
      <PageLink to="/bootstrap/$stack/$id" params={{ stack, id }}>
        {id}
      </PageLink>
    ),
  ],
  ['Stack', ({ stack }) => stack],
  ['State', ({ state }) => <Drift state={state} />],
  ['Source', ({ source }) => source ?? 'not said'],
  ['Stored in', ({ place, copies }) => [place, ...copies].filter((one) => one !== null).join(', ')],
  ['Stored', ({ stored_at }) => <Time at={stored_at} />],
  ['Last run', ({ last_run }) => <Time at={last_run.finished_at} />],
);
