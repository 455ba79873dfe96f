import { Button, Code, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ADDRESS } from '../api/client.ts';
import { CopyButton } from './copy-button.tsx';
import { curlOf, quoted, readingOf, type FormRequest } from './curl.ts';
import { pluralOf } from './count-text.ts';

export interface CopyAsProps extends FormRequest {
  /** Arguments of `keyward`, such as `['keys', 'create', '--name', 'reports']`. */
  cli?: readonly string[];
}

/** Shows what a form does as a request and as a command. */
export function CopyAs(props: CopyAsProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const curl = curlOf(ADDRESS, props);
  const variables = Object.values(props.secrets ?? {}).flat();
  const command = props.cli === undefined ? undefined : ['keyward', ...props.cli.map(quoted)].join(' ');
  return (
    <>
      <Button variant="subtle" size="xs" onClick={open}>
        Copy as…
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title="The same from a terminal"
        size="lg"
        // Escape would close the dialog of the form too, and lose what was typed: guarded by workspaces.test.ts.
        closeOnEscape={false}
        onFocusCapture={({ target }) => target.setAttribute('data-mantine-stop-propagation', 'true')}
        onKeyDown={({ key }) => key === 'Escape' && close()}
      >
        <Stack gap="xs">
          {command !== undefined && <Snippet label="CLI" text={command} />}
          <Snippet label="curl" text={curl} />
          {variables.length > 0 && (
            <Text size="sm">
              First type {pluralOf(variables.length, 'the secret')} in, unseen:{' '}
              <Code>{readingOf(props.secrets)}</Code>
            </Text>
          )}
        </Stack>
      </Modal>
    </>
  );
}

interface SnippetProps {
  label: string;
  text: string;
  /** Long lines go on in the next one, as in a message. @default they scroll, as in a command */
  isWrapped?: boolean;
  onCopied?: () => void;
}

/** A text to copy, with its name. */
export function Snippet({ label, text, isWrapped = false, onCopied }: SnippetProps) {
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {label}
      </Text>
      <Code
        block
        tabIndex={0}
        aria-label={label}
        {...(isWrapped ? { style: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } } : {})}
      >
        {text}
      </Code>
      <CopyButton
        text={text}
        label={`Copy ${label}`}
        mt={4}
        {...(onCopied === undefined ? {} : { onCopied })}
      />
    </div>
  );
}
