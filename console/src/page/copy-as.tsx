import { OPERATIONS } from '@keyward/sdk';
import { Button, Code, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ADDRESS } from '../api/client.ts';
import { CopyButton } from './copy-button.tsx';

export interface CopyAsProps {
  operation: keyof typeof OPERATIONS;
  /** For the parts of the path, such as `{ id: 'key_…' }`. */
  path?: Record<string, string>;
  /** Behind the path, such as `{ state: 'active' }`. */
  query?: Record<string, string>;
  body?: unknown;
  /** In place of a body: the fields of an upload; a file as `@name`. */
  form?: Record<string, string>;
  /** Arguments of `keyward`, such as `['keys', 'create', '--name', 'reports']`. */
  cli?: readonly string[];
}

/** A word for a shell. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The same request for a shell. The key is a variable: a secret stands in no command. */
export function curlOf({ operation, path = {}, query = {}, body, form = {} }: CopyAsProps): string {
  const { method, path: pattern } = OPERATIONS[operation];
  const search = new URLSearchParams(query).toString();
  const url =
    ADDRESS +
    pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? name)) +
    (search === '' ? '' : `?${search}`);
  return [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    quoted(url),
    '-H "Authorization: Bearer $KEYWARD_API_KEY"',
    ...(body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`]),
    ...Object.entries(form).map(([name, value]) => `-F ${quoted(`${name}=${value}`)}`),
  ].join(' \\\n  ');
}

/** Shows what a form does as a request and as a command. */
export function CopyAs(props: CopyAsProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const curl = curlOf(props);
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
