import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { checkpointQuery, verificationQuery } from './audit-queries.ts';
import { counted } from '../page/count-text.ts';

/** The head of the chain, and whether the chain is whole. */
export function ChainState() {
  const head = useQuery(checkpointQuery);
  const verification = useQuery(verificationQuery);
  return (
    <>
      <Group justify="space-between" mih={36}>
        <Text size="sm" mih={{ base: 66, sm: 22 }} w={{ base: '100%', sm: 'auto' }}>
          {head.data === undefined ? (
            ' '
          ) : (
            <>
              {counted(head.data.records, 'record')}. Head signed <Time at={head.data.at} /> by key{' '}
              {head.data.key_id}.
            </>
          )}
        </Text>
        <Button
          variant="default"
          size="xs"
          loading={verification.isFetching}
          onClick={() => void verification.refetch()}
        >
          Verify the record
        </Button>
      </Group>
      <div role="status">
        {verification.data?.valid === true && (
          <Alert color="green" title="The record is whole">
            {counted(verification.data.records ?? 0, 'record')} and{' '}
            {counted(verification.data.checkpoints ?? 0, 'signed checkpoint')} match. A checkpoint that you
            save elsewhere proves it later against the owner of this server too.
          </Alert>
        )}
        {verification.data?.valid === false && (
          <Alert color="red" title={`The record is broken at ${String(verification.data.broken_at_seq)}`}>
            {verification.data.message} Keep a copy of the database, and compare it with a backup.
          </Alert>
        )}
      </div>
      <Problem error={verification.error} />
    </>
  );
}
