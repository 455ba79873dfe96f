import type { components } from '@keyward/sdk';
import { Button, Text } from '@mantine/core';
import { Facts, type Fact } from '../page/facts.tsx';
import { Section } from '../page/page.tsx';
import { Time } from '../page/time.tsx';
import { WorkerLink } from './job-way.tsx';

type JobReceipt = components['schemas']['JobReceipt'];

/** What the job took, signed by this server. */
export function Receipt({ receipt }: { receipt: JobReceipt }) {
  const facts: Fact[] = [
    ['Worker', <WorkerLink id={receipt.worker_id} />],
    ['Model', receipt.model ?? 'not said'],
    [
      'GPU seconds',
      `${receipt.gpu_seconds} (the worker says ${receipt.gpu_seconds_claimed}, measured ${receipt.gpu_seconds_measured})`,
    ],
    ['Tokens', `${receipt.prompt_tokens} in, ${receipt.completion_tokens} out`],
    ['Attempts', receipt.attempts.map(({ attempt, outcome }) => `${attempt}: ${outcome}`).join(', ')],
    ['Ended', <Time at={receipt.finished_at} />],
    ['Signed by key', receipt.key_id],
  ];
  return (
    <Section
      title="Receipt"
      actions={
        <Button size="xs" variant="default" onClick={() => save(receipt)}>
          Save it
        </Button>
      }
    >
      <Facts label="Receipt" facts={facts} />
      <Text size="sm">
        <code>keyward receipts verify {receipt.job_id}.json</code> checks its signature without this server.
      </Text>
    </Section>
  );
}

function save(receipt: JobReceipt): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(receipt)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${receipt.job_id}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
