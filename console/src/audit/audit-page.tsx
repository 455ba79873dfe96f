import { Anchor, Button, Group, Select, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useRows } from '../api/pages.ts';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { SearchField } from '../page/search-field.tsx';
import { State } from '../page/state.tsx';
import { Time } from '../page/time.tsx';
import { recordsQuery, type NamedRecord } from './audit-queries.ts';
import { ChainState } from './chain-state.tsx';
import { ExportRecords } from './export-records.tsx';
import { RecordDialog } from './record-dialog.tsx';
import { RecordedAction, RecordedActor, RecordedTarget } from './recorded-thing.tsx';
import { OUTCOMES, type AuditSearch } from './routes.ts';

/** Two beside each other on a phone. */
const HALF = 'calc(50% - 8px)';
const TEXTS = [
  { name: 'actor', label: 'Actor', placeholder: 'key_…, user:1, cli', w: { base: HALF, sm: 180 } },
  { name: 'action', label: 'Action', placeholder: 'keys.mint or keys.*', w: { base: HALF, sm: 180 } },
  { name: 'target', label: 'Target', placeholder: 'Id of the thing', w: { base: HALF, sm: 160 } },
] as const;
const TIMES = [
  { name: 'from', label: 'From' },
  { name: 'to', label: 'To' },
] as const;

/** Every change, by whom, and whether the record of them is whole. */
export function AuditPage() {
  const search = useSearch({ from: '/frame/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const close = (): void => void navigate({ search: { ...search, record: undefined }, resetScroll: false });
  const records = useInfiniteQuery(recordsQuery(search));
  const rows = useRows(records.data);
  const columns = useMemo(
    () =>
      columnsShowing(
        (seq) => void navigate({ search: (now) => ({ ...now, record: seq }), resetScroll: false }),
      ),
    [navigate],
  );
  return (
    <Page
      title="Audit"
      description="Every change and every refusal. Each record holds the hash of the one before it."
      actions={<ExportRecords search={search} />}
    >
      <ChainState />
      <Filters search={search} />
      <List
        label="Audit records"
        query={records}
        rows={rows}
        columns={columns}
        rowId={({ seq }) => String(seq)}
        emptyTitle="No record fits"
      >
        <Text size="sm">Change the filters, or clear them.</Text>
      </List>
      <RecordDialog seq={search.record} onClose={close} />
    </Page>
  );
}

const TONES = { ok: 'good', refused: 'warning', failed: 'bad' } as const;

const columnsShowing = (show: (seq: number) => void) =>
  columnsOf<NamedRecord>(
    [
      'Record',
      ({ seq }) => (
        <Anchor
          component="button"
          type="button"
          size="sm"
          onClick={() => show(seq)}
          aria-label={`Record ${seq}`}
        >
          {seq}
        </Anchor>
      ),
    ],
    ['When', ({ at }) => <Time at={at} />],
    ['Actor', (record) => <RecordedActor record={record} />],
    ['Action', ({ action }) => <RecordedAction action={action} />],
    ['Target', (record) => <RecordedTarget record={record} />],
    ['Outcome', ({ outcome }) => <State tone={TONES[outcome]}>{outcome}</State>],
  );

function Filters({ search }: { search: AuditSearch }) {
  const navigate = useNavigate({ from: '/audit' });
  const set = (change: { [Name in keyof AuditSearch]: AuditSearch[Name] | undefined }): void =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const isFiltered = Object.keys(search).some((name) => name !== 'record');
  return (
    <Group align="end" role="search" aria-label="Records">
      {TEXTS.map(({ name, ...field }) => (
        <SearchField
          key={name}
          {...field}
          value={search[name]}
          onChange={(value) => set({ [name]: value })}
        />
      ))}
      <Select
        label="Outcome"
        placeholder="Any"
        clearable
        w={{ base: HALF, sm: 110 }}
        data={OUTCOMES}
        value={search.outcome ?? null}
        onChange={(chosen) => set({ outcome: OUTCOMES.find((one) => one === chosen) })}
      />
      {TIMES.map(({ name, label }) => (
        <SearchField
          key={name}
          label={label}
          type="datetime-local"
          w={{ base: '100%', sm: 215 }}
          value={search[name]}
          onChange={(value) => set({ [name]: value })}
        />
      ))}
      {isFiltered && (
        <Button variant="subtle" onClick={() => void navigate({ search: {}, replace: true })}>
          Clear
        </Button>
      )}
    </Group>
  );
}
