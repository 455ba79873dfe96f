import { Code, Modal, Stack, Table, Text } from '@mantine/core';
import { Time } from '../page/time.tsx';
import type { AuditRecord } from './audit-queries.ts';

/** One record, with its details and its place in the chain. */
export function RecordDialog({ record, onClose }: { record: AuditRecord | undefined; onClose: () => void }) {
  return (
    <Modal
      opened={record !== undefined}
      onClose={onClose}
      size="lg"
      title={record === undefined ? '' : `Record ${record.seq}`}
    >
      {record !== undefined && <Details record={record} />}
    </Modal>
  );
}

function Details({ record }: { record: AuditRecord }) {
  const { at, actor, action, target, outcome, details, prev_hash, hash } = record;
  const rows: [string, React.ReactNode][] = [
    ['When', <Time at={at} />],
    ['Actor', actor],
    ['Action', action],
    ['Target', target],
    ['Outcome', outcome],
    ...Object.entries(details).map(([name, value]): [string, React.ReactNode] => [
      name.replaceAll('_', ' '),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ];
  return (
    <Stack>
      <Table layout="fixed" aria-label="Details of the record">
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w="30%">
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm">
        Hash <Code style={{ overflowWrap: 'anywhere' }}>{hash}</Code>
      </Text>
      <Text size="sm">
        Hash of the record before <Code style={{ overflowWrap: 'anywhere' }}>{prev_hash}</Code>
      </Text>
    </Stack>
  );
}
