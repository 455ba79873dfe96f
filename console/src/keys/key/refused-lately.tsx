import { OPERATIONS } from '@keyward/sdk';
import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { columnsOf } from '../../page/data-table.tsx';
import { List } from '../../page/list.tsx';
import { Time } from '../../page/time.tsx';
import { refusalWords } from '../holdings/refusal-words.ts';
import type { Scope } from '../holdings/scopes.ts';
import { recordsQuery } from '../../audit/audit-queries.ts';
import { useRows } from '../../api/pages.ts';
import type { Question } from './explain-form.tsx';
import { Section } from '../../page/page.tsx';
import type { components } from '@keyward/sdk';

type AuditRecord = components['schemas']['AuditRecord'];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const OPERATION: Record<string, { summary: string; scope: string | null }> = OPERATIONS;

/** The same use, as a question. */
const questionOf = ({ action, details }: AuditRecord): Question => ({
  scope: (OPERATION[action]?.scope ?? null) as Scope | null,
  name: '',
  ip: text(details['ip']),
});

/** Requests of the key that were refused, from the audit record. */
export function RefusedLately({ id, onAsk }: { id: string; onAsk: (question: Question) => void }) {
  const records = useInfiniteQuery(recordsQuery({ actor: id, outcome: 'refused' }));
  const rows = useRows(records.data);
  const columns = useMemo(
    () =>
      columnsOf<AuditRecord>(
        ['Request', ({ action }) => OPERATION[action]?.summary ?? action],
        ['Refused because', ({ details }) => refusalWords(text(details['code']))],
        ['Times', ({ details }) => (typeof details['count'] === 'number' ? details['count'] : 1)],
        ['From', ({ details }) => text(details['ip'])],
        ['When', ({ at }) => <Time at={at} />],
        [
          'Actions',
          (record) => (
            <Button size="compact-sm" variant="default" onClick={() => onAsk(questionOf(record))}>
              Explain
            </Button>
          ),
        ],
      ),
    [onAsk],
  );
  return (
    <Section
      title="Refused lately"
      note="From the audit record. Equal refusals within a moment count as one."
    >
      <List
        label="Refused requests"
        query={records}
        rows={rows}
        columns={columns}
        rowId={({ seq }) => String(seq)}
        emptyTitle="No request of this key was refused"
      >
        <Text size="sm">A program says that it was? Ask above what the key may do now.</Text>
      </List>
    </Section>
  );
}
