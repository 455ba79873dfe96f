import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Snippet } from '../page/copy-as.tsx';
import { quoted } from '../page/curl.ts';
import { PageLink } from '../page/page-link.tsx';
import { Time } from '../page/time.tsx';
import { useNewWorkers, type Enrolment } from './worker-queries.ts';

interface DialogProps {
  enrolment: Enrolment;
  /** Of this server, for the machine. */
  address: string;
  /** Forgets the token. */
  onClose: () => void;
}

/** Names of stored credentials have fewer signs than those of workers. */
const credentialName = (name: string): string => name.replaceAll(/[^\w.-]/g, '-').slice(0, 63);

/** The one place where the token is shown. `echo` is a part of the shell: the token is no argument of a program. */
export function EnrolmentDialog({ enrolment, address, onClose }: DialogProps) {
  const { token, name, expires_at } = enrolment;
  const environment = credentialName(name);
  const commands = [
    `echo ${token} |`,
    `  keyward miner join - --url ${quoted(address)} --environment ${environment}`,
    `keyward miner run --environment ${environment} --name ${name}`,
  ].join('\n');
  return (
    <Modal opened onClose={onClose} size="lg" title={`Start ${name}`} closeOnClickOutside={false}>
      <Stack>
        <Text size="sm">
          Paste this on the machine with the GPU. The token works once, and expires <Time at={expires_at} />.
          Nobody can show it again: if it is lost, make another one.
        </Text>
        <Snippet label="Commands" text={commands} />
        <Text size="sm">
          This serves the local model. For Ollama, vLLM or llama.cpp add{' '}
          <code>--upstream http://127.0.0.1:11434/v1</code> to the second command.
        </Text>
        <Arrival enrolment={enrolment} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const TOKEN_MS = 15 * 60_000;

/** Says when the worker has come. */
function Arrival({ enrolment: { name, expires_at } }: Pick<DialogProps, 'enrolment'>) {
  const { data } = useNewWorkers();
  const madeMs = Date.parse(expires_at) - TOKEN_MS;
  const arrived = data?.rows.find(
    (worker) => worker.name === name && Date.parse(worker.registered_at) >= madeMs,
  );
  return (
    <Text size="sm" role="status">
      {arrived === undefined ? (
        `Waiting for ${name} to register …`
      ) : (
        <>
          {name} has registered:{' '}
          <PageLink to="/workers/$id" params={{ id: arrived.worker_id }}>
            open its page
          </PageLink>
          .
        </>
      )}
    </Text>
  );
}
