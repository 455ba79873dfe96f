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
  /** Further members of the body that are secrets, by the variable of the shell that holds each: no command shows a secret. */
  secrets?: Record<string, string | readonly string[]>;
  /** In place of a body: the fields of an upload; a file as `@name`. */
  form?: Record<string, string>;
  /** Arguments of `keyward`, such as `['keys', 'create', '--name', 'reports']`. */
  cli?: readonly string[];
}

/** A word for a shell. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const KEY = ['-H "Authorization: Bearer $KEYWARD_API_KEY"'];
/** Own sessions are served to a session alone: the file keeps its cookie. */
const SESSION = ["-H 'X-Keyward-Session: 1'", '-b keyward.cookies -c keyward.cookies'];

/** The part of a command that sends the body. A secret goes through the input: arguments can be read by other users. */
function dataOf({ body, secrets }: Pick<CopyAsProps, 'body' | 'secrets'>): string[] {
  if (body === undefined && secrets === undefined) return [];
  const type = "-H 'Content-Type: application/json'";
  if (secrets === undefined) return [type, `-d ${quoted(JSON.stringify(body))}`];
  const inShell = (text: string): string => text.replaceAll(/[\\$`]/g, String.raw`\$&`);
  const members = [
    ...Object.entries(body ?? {}).map(([name, value]) =>
      inShell(`${JSON.stringify(name)}:${JSON.stringify(value)}`),
    ),
    ...Object.entries(secrets).map(([name, variable]) => {
      const value = typeof variable === 'string' ? `$${variable}` : variable.map((one) => `$${one}`);
      return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    }),
  ];
  return [type, `-d @- <<END\n{${members.join(',')}}\nEND`];
}

/** The same request for a shell. The key is a variable: a secret stands in no command. */
export function curlOf({ operation, path = {}, query = {}, form = {}, ...data }: CopyAsProps): string {
  const { method, path: pattern } = OPERATIONS[operation];
  const search = new URLSearchParams(query).toString();
  const url =
    ADDRESS +
    pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? name)) +
    (search === '' ? '' : `?${search}`);
  return [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    quoted(url),
    ...(operation.startsWith('session.') ? SESSION : KEY),
    ...dataOf(data),
    ...Object.entries(form).map(([name, value]) => `-F ${quoted(`${name}=${value}`)}`),
  ].join(' \\\n  ');
}

/** Shows what a form does as a request and as a command. */
export function CopyAs(props: CopyAsProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const curl = curlOf(props);
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
              First type {variables.length === 1 ? 'the secret' : 'the secrets'} in, unseen:{' '}
              <Code>{variables.map((name) => `read -rs ${name}`).join('; ')}</Code>
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
