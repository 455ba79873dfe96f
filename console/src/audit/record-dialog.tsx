import { Code, Modal, Stack, Text } from '@mantine/core';
import { Facts, type Fact } from '../page/facts.tsx';
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
  const facts: Fact[] = [
    ['When', <Time at={at} />],
    ['Actor', actor],
    ['Action', action],
    ['Target', target],
    ['Outcome', outcome],
    ...Object.entries(details).map(([name, value]): Fact => [
      name.replaceAll('_', ' '),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ];
  return (
    <Stack>
      <Facts label="Details of the record" facts={facts} />
      <Text size="sm">
        Hash <Code style={{ overflowWrap: 'anywhere' }}>{hash}</Code>
      </Text>
      <Text size="sm">
        Hash of the record before <Code style={{ overflowWrap: 'anywhere' }}>{prev_hash}</Code>
      </Text>
    </Stack>
  );
}
