import { Alert, Button, Code, Group, Modal, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ADDRESS } from '../../api/client.ts';
import { Snippet } from '../../page/copy-as.tsx';
import { CopyButton } from '../../page/copy-button.tsx';
import type { Key } from '../holdings/draft.ts';
import { snippetsOf } from './snippets.ts';

interface SecretProps {
  minted: Key;
  secret: string;
  warnings?: readonly string[] | undefined;
  /** Forgets the secret. */
  onClose: () => void;
}

/** The one place where a secret is shown. A person who closes it without a copy is asked once. */
export function SecretDialog({ minted, secret, warnings = [], onClose }: SecretProps) {
  const [isCopied, setCopied] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const close = (): void => {
    if (isCopied || isAsked) onClose();
    else setAsked(true);
  };
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={`The secret of ${minted.name}`}
      closeOnClickOutside={false}
    >
      <Stack>
        <Text size="sm">Copy it now: Keyward does not store it, and shows it only here.</Text>
        <div>
          <Code
            block
            tabIndex={0}
            aria-label="Secret"
            fz="sm"
            style={{ wordBreak: 'break-all', whiteSpace: 'pre-wrap' }}
          >
            {secret}
          </Code>
          <CopyButton
            text={secret}
            label="Copy the secret"
            variant="filled"
            mt="xs"
            data-autofocus
            onCopied={() => setCopied(true)}
          />
        </div>
        {warnings.map((warning) => (
          <Alert key={warning} color="orange" title="Mind this">
            {warning}
          </Alert>
        ))}
        <Snippets minted={minted} secret={secret} onCopied={() => setCopied(true)} />
        {isAsked && !isCopied && (
          <Alert color="orange" role="alert" title="You have not copied the secret">
            Nobody can show it again. Without it you need a new one: rotate the key.
          </Alert>
        )}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {isAsked && !isCopied ? 'Close without a copy' : 'Done'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Programs elsewhere do not reach this address. */
const IS_LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(ADDRESS).hostname);

function Snippets({
  minted,
  secret,
  onCopied,
}: Pick<SecretProps, 'minted' | 'secret'> & { onCopied: () => void }) {
  const [address, setAddress] = useState(ADDRESS);
  const snippets = snippetsOf(minted, secret, address.trim().replace(/\/+$/, ''));
  return (
    <Stack gap="sm">
      {IS_LOOPBACK && (
        <TextInput
          label="Address in the texts below"
          description="Only this machine reaches the present one. For others: the address of your proxy, or of this machine with KEYWARD_HOST=0.0.0.0"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
      )}
      <Tabs defaultValue=".env" keepMounted={false}>
        <Tabs.List aria-label="How to use it">
          {snippets.map(({ label }) => (
            <Tabs.Tab key={label} value={label}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {snippets.map(({ label, text, isSecret = false }) => (
          <Tabs.Panel key={label} value={label} pt="sm">
            <Snippet label={label} text={text} isWrapped={isSecret} {...(isSecret ? { onCopied } : {})} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
