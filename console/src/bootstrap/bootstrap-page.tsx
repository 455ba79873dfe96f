import { Group, Select, Text } from '@mantine/core';
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
import { managedKeysQuery, type ManagedKey } from './bootstrap-queries.ts';
import { Drift } from './drift.tsx';
import type { BootstrapSearch } from './routes.ts';
import { isState, STATES, stateWords } from './states.ts';

/** Keys that the bootstrap stores where programs find them. */
export function BootstrapPage() {
  const { stack, state: named } = useSearch({ from: '/frame/bootstrap' });
  const state = isState(named) ? named : undefined;
  const navigate = useNavigate({ from: '/bootstrap' });
  const set = (change: BootstrapSearch): void =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const isFiltered = stack !== undefined || state !== undefined;
  const keys = useInfiniteQuery(managedKeysQuery({ stack, state }));
  const rows = useRows(keys.data);
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
      <Group role="search" aria-label="Managed keys">
        <SearchField
          label="Stack"
          placeholder="Any"
          w={200}
          value={stack}
          onChange={(value) => set({ stack: value })}
        />
        <Select
          label="State"
          placeholder="Any"
          clearable
          searchable
          w={200}
          data={STATES.map((value) => ({ value, label: stateWords(value).label }))}
          value={state ?? null}
          onChange={(value) => set({ state: value ?? undefined })}
        />
      </Group>
      <List
        label="Managed keys"
        query={keys}
        rows={rows}
        columns={COLUMNS}
        rowId={(key) => `${key.stack}/${key.id}`}
        emptyTitle={isFiltered ? 'No key fits' : 'No run has reported a key'}
      >
        {isFiltered ? (
          <Text size="sm">Change the filters, or clear them.</Text>
        ) : (
          <Text size="sm">
            Name this server under <code>report</code> in the manifest, then run{' '}
            <code>keyward bootstrap apply</code>.
          </Text>
        )}
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
