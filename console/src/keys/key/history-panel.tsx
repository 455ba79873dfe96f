import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { columnsOf } from '../../page/data-table.tsx';
import { List } from '../../page/list.tsx';
import { Time } from '../../page/time.tsx';
import { refusalWords } from '../holdings/refusal-words.ts';
import { recordsQuery, type AuditRecord, type NamedRecord } from '../../audit/audit-queries.ts';
import { RecordedActor } from '../../audit/recorded-thing.tsx';
import { useRows } from '../../api/pages.ts';
import { Section } from '../../page/page.tsx';
import type { PanelProps } from './panel.tsx';
import { counted } from '../../page/count-text.ts';

const ACTIONS: Record<string, string> = {
  'keys.mint': 'made it',
  'keys.import': 'imported it',
  'keys.update': 'changed it',
  'keys.rotate': 'rotated it',
  'keys.end_secret': 'ended its old secret',
  'keys.disable': 'disabled it',
  'keys.enable': 'enabled it',
  'keys.quarantine': 'quarantined it',
  'keys.revoke': 'revoked it',
  'keys.restore': 'restored it',
  'keys.verify': 'asked about it',
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What an entry says beside its action. */
function detailsOf({ details, outcome }: AuditRecord): string {
  const changed = details['changed'];
  const parts = [
    ...(outcome === 'ok' ? [] : [`refused: ${refusalWords(text(details['code']) ?? outcome)}`]),
    ...(Array.isArray(changed) ? [changed.join(', ')] : []),
    ...(text(details['reason']) === undefined ? [] : [`“${text(details['reason'])}”`]),
    ...(details['quiet'] === true ? ['nobody used it any more'] : []),
    ...(typeof details['count'] === 'number' && details['count'] > 1
      ? [counted(details['count'], 'time')]
      : []),
  ];
  return parts.join(' · ');
}

const COLUMNS = columnsOf<NamedRecord>(
  ['When', ({ at }) => <Time at={at} />],
  ['Who', (record) => <RecordedActor record={record} />],
  ['What', ({ action }) => ACTIONS[action] ?? action],
  ['Details', (record) => detailsOf(record)],
);

/** What was done to the key, from the audit record. */
export function HistoryPanel({ read: { key } }: PanelProps) {
  const records = useInfiniteQuery(recordsQuery({ target: key.id }));
  const rows = useRows(records.data);
  return (
    <Section title="History" note="Every change of the key, newest first.">
      <List
        label="History of the key"
        query={records}
        rows={rows}
        columns={COLUMNS}
        rowId={({ seq }) => String(seq)}
        emptyTitle="Nothing was done to it yet"
      >
        <Text size="sm">Changes are recorded as they happen.</Text>
      </List>
    </Section>
  );
}
