import { Anchor, Badge, Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ADDRESS } from '../api/client.ts';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Page } from '../page/page.tsx';
import { SearchField } from '../page/search-field.tsx';
import { Time } from '../page/time.tsx';
import { recordsQuery, type AuditRecord } from './audit-queries.ts';
import { ChainState } from './chain-state.tsx';
import { RecordDialog } from './record-dialog.tsx';
import type { AuditSearch } from './routes.ts';

const FIELDS = [
  { name: 'actor', label: 'Actor', placeholder: 'key_…, user:1, cli', type: 'text' },
  { name: 'action', label: 'Action', placeholder: 'keys.mint or keys.*', type: 'text' },
  { name: 'target', label: 'Target', placeholder: 'Id of the thing', type: 'text' },
  { name: 'from', label: 'From', placeholder: '', type: 'datetime-local' },
  { name: 'to', label: 'To', placeholder: '', type: 'datetime-local' },
] as const;

/** Every change, by whom, and whether the record of them is whole. */
export function AuditPage() {
  const search = useSearch({ from: '/frame/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const show = (record: number | undefined): void =>
    void navigate({ search: { ...search, record }, resetScroll: false });
  const records = useInfiniteQuery(recordsQuery(search));
  const rows = useMemo(() => records.data?.pages.flatMap(({ items }) => items) ?? [], [records.data]);
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
      actions={
        <Button
          component="a"
          variant="default"
          href={`${ADDRESS}/v1/audit/export`}
          download="keyward-audit.ndjson"
        >
          Export
        </Button>
      }
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
      <RecordDialog record={rows.find(({ seq }) => seq === search.record)} onClose={() => show(undefined)} />
    </Page>
  );
}

const COLORS = { ok: 'green', refused: 'orange', failed: 'red' } as const;

const columnsShowing = (show: (seq: number) => void) =>
  columnsOf<AuditRecord>(
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
    ['Actor', ({ actor }) => actor],
    ['Action', ({ action }) => action],
    ['Target', ({ target }) => target],
    [
      'Outcome',
      ({ outcome }) => (
        <Badge variant="light" color={COLORS[outcome]} tt="none">
          {outcome}
        </Badge>
      ),
    ],
  );

function Filters({ search }: { search: AuditSearch }) {
  const navigate = useNavigate({ from: '/audit' });
  const set = (change: AuditSearch): void =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const isFiltered = FIELDS.some(({ name }) => search[name] !== undefined);
  return (
    <Group align="end">
      {FIELDS.map(({ name, label, placeholder, type }) => (
        <SearchField
          key={name}
          label={label}
          placeholder={placeholder}
          type={type}
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
