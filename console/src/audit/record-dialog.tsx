import { Code, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Facts, type Fact } from '../page/facts.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { recordQuery, type NamedRecord } from './audit-queries.ts';
import { detailWords, nameWords } from './detail-words.ts';
import { RecordedAction, RecordedActor, RecordedTarget } from './recorded-thing.tsx';

/** One record, with its details and its place in the chain. @param seq of the record; undefined: closed */
export function RecordDialog({ seq, onClose }: { seq: number | undefined; onClose: () => void }) {
  return (
    <Modal
      opened={seq !== undefined}
      onClose={onClose}
      size="lg"
      title={seq === undefined ? '' : `Record ${seq}`}
    >
      {seq !== undefined && <Opened seq={seq} />}
    </Modal>
  );
}

const LOADING_PX = 360;

function Opened({ seq }: { seq: number }) {
  const { data, error, isPending, refetch } = useQuery(recordQuery(seq));
  return (
    <>
      <Problem error={error} onRetry={() => void refetch()} />
      {isPending && <Skeleton height={LOADING_PX} />}
      {data !== undefined && <Details record={data} />}
    </>
  );
}

function Details({ record }: { record: NamedRecord }) {
  const { at, action, outcome, details, prev_hash, hash } = record;
  const facts: Fact[] = [
    ['When', <Time at={at} />],
    ['Actor', <RecordedActor record={record} />],
    ['Action', <RecordedAction action={action} />],
    ['Target', <RecordedTarget record={record} />],
    ['Outcome', outcome],
    ...Object.entries(details).map(([name, value]): Fact => [nameWords(name), detailWords(value)]),
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
