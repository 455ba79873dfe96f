import { Anchor, Blockquote, Code, List, Table, Text, Title } from '@mantine/core';
import ReactMarkdown, { type Components, type UrlTransform } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import classes from './markdown.module.css';

/** Models write addresses that nobody has checked: only these kinds can be followed. */
const SAFE_ADDRESS = /^(?:https?:\/\/|mailto:)/i;

/** @returns undefined for any other address, such as `javascript:` or a path of this server. */
export const safeAddress = (address: string | undefined): string | undefined =>
  address !== undefined && SAFE_ADDRESS.test(address) ? address : undefined;

const checked: UrlTransform = (address) => safeAddress(address) ?? '';

const PLUGINS = [remarkGfm];

const COMPONENTS: Components = {
  a: ({ href, children }) =>
    href === undefined || href === '' ? (
      <>{children}</>
    ) : (
      <Anchor href={href} target="_blank" rel="noopener noreferrer" underline="always" inherit>
        {children}
      </Anchor>
    ),
  // An image would be fetched from its server, which could learn from its address what the model read.
  img: ({ alt }) => <>[image: {alt === undefined || alt === '' ? 'no description' : alt}]</>,
  // The page has headings of its own.
  h1: ({ children }) => <Heading>{children}</Heading>,
  h2: ({ children }) => <Heading>{children}</Heading>,
  h3: ({ children }) => <Heading>{children}</Heading>,
  h4: ({ children }) => <Heading>{children}</Heading>,
  h5: ({ children }) => <Heading>{children}</Heading>,
  h6: ({ children }) => <Heading>{children}</Heading>,
  p: ({ children }) => (
    <Text component="p" my="xs">
      {children}
    </Text>
  ),
  ul: ({ children }) => <List my="xs">{children}</List>,
  ol: ({ children, start }) => (
    <List type="ordered" my="xs" {...(start === undefined ? {} : { start })}>
      {children}
    </List>
  ),
  li: ({ children }) => <List.Item>{children}</List.Item>,
  blockquote: ({ children }) => (
    <Blockquote my="xs" p="sm">
      {children}
    </Blockquote>
  ),
  code: ({ children }) => <Code>{children}</Code>,
  pre: ({ children }) => (
    <pre className={classes['pre']} tabIndex={0} aria-label="Code">
      {children}
    </pre>
  ),
  table: ({ children }) => (
    <Table.ScrollContainer minWidth={0} my="xs">
      <Table w="auto">{children}</Table>
    </Table.ScrollContainer>
  ),
  input: ({ checked: isDone }) => <>{isDone === true ? '☑ ' : '☐ '}</>,
};

const Heading = ({ children }: { children?: React.ReactNode }) => (
  <Title order={4} size="h5" mt="sm" mb={4}>
    {children}
  </Title>
);

/** A text as models write it. HTML in it is shown as text. Guarded by console/test/workspace-chat.test.ts. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={classes['markdown']}>
      <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={checked}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
