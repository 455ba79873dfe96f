import { Alert, Button, Group, List, Loader, Modal, Text, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { CopyAs } from '../page/copy-as.tsx';
import { Problem } from '../page/problem.tsx';
import { useTestUpstream } from './upstream-queries.ts';

/** Asks an upstream, and shows each step. */
export function TestButton({ id, name, ...props }: { id: string; name: string } & ButtonProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const test = useTestUpstream(id);
  return (
    <>
      <Button
        variant="default"
        {...props}
        aria-label={`Test ${name}`}
        onClick={() => {
          open();
          test.mutate(undefined);
        }}
      >
        Test
      </Button>
      <Modal opened={isOpen} onClose={close} title={`Test of ${name}`} size="lg">
        {test.isPending && <Loader aria-label="The test is running" />}
        <Problem error={test.error} />
        {test.data !== undefined && <Steps {...test.data} />}
        <Group mt="md">
          <CopyAs operation="upstreams.test" path={{ id }} cli={['upstreams', 'test', id]} />
        </Group>
      </Modal>
    </>
  );
}

function Steps({
  ok,
  steps,
}: {
  ok: boolean;
  steps: { step: string; ok: boolean; took_ms: number; detail: string }[];
}) {
  return (
    <>
      <List listStyleType="none" spacing="xs" aria-label="Steps of the test">
        {steps.map(({ step, ok: isGood, took_ms, detail }) => (
          <List.Item key={step} icon={<span aria-hidden>{isGood ? '✓' : '✗'}</span>}>
            <Text size="sm">
              <strong>{step.replaceAll('_', ' ')}</strong>, {isGood ? 'done' : 'failed'} in{' '}
              {Math.round(took_ms)} ms
            </Text>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {detail}
            </Text>
          </List.Item>
        ))}
      </List>
      <Alert mt="md" color={ok ? 'green' : 'red'} role="status">
        {ok ? 'The upstream works.' : 'The upstream does not work: the last step says why.'}
      </Alert>
    </>
  );
}
