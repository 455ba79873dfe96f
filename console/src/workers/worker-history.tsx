import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { columnsOf } from '../page/data-table.tsx';
import { List } from '../page/list.tsx';
import { Section } from '../page/page.tsx';
import { Time } from '../page/time.tsx';
import { useRows } from '../api/pages.ts';
import { recordsQuery, type NamedRecord } from '../audit/audit-queries.ts';
import { RecordedActor } from '../audit/recorded-thing.tsx';

const ACTIONS: Record<string, string> = {
  'workers.register': 'registered it',
  'workers.capabilities': 'changed what it can do',
  'workers.pause': 'paused it',
  'workers.resume': 'resumed it',
  'workers.leave': 'removed it',
  'marketplace.offer': 'offered it',
  'marketplace.book': 'booked it',
  'marketplace.release': 'released it',
};

/** What was done to a worker, from the audit record. */
export function WorkerHistory({ id }: { id: string }) {
  const records = useInfiniteQuery(recordsQuery({ target: id }));
  const rows = useRows(records.data);
  return (
    <Section title="History">
      <List
        label="History"
        query={records}
        rows={rows}
        columns={COLUMNS}
        rowId={({ seq }) => String(seq)}
        emptyTitle="Nothing is recorded of it"
      >
        <Text size="sm">Changes are recorded as they happen.</Text>
      </List>
    </Section>
  );
}

const COLUMNS = columnsOf<NamedRecord>(
  ['When', ({ at }) => <Time at={at} />],
  ['Who', (record) => <RecordedActor record={record} />],
  ['What', ({ action, outcome }) => `${ACTIONS[action] ?? action}${outcome === 'ok' ? '' : ': refused'}`],
);
