import { Alert, List, Stack, Text } from '@mantine/core';
import { Snippet } from '../page/copy-as.tsx';
import { formSnippet, scriptSnippet } from './snippet-texts.ts';
import type { Widget } from './widget-queries.ts';
import { sitesOf } from './widget-settings.tsx';

/** What to paste into a page, and where it works. */
export function Snippets({ widget }: { widget: Widget }) {
  const sites = sitesOf(widget);
  return (
    <Stack maw={820}>
      {sites === null ? (
        <Alert color="yellow" title="Any site may show it">
          Others can copy the snippet, and spend your budget up to the limits. Name your sites in the
          settings.
        </Alert>
      ) : (
        <div>
          <Text size="sm">The snippets work on these sites:</Text>
          <List size="sm">
            {sites.map((site) => (
              <List.Item key={site}>{site}</List.Item>
            ))}
          </List>
        </div>
      )}
      <Text size="sm">This form needs no other file. Give it the style of your page.</Text>
      <Snippet label="Form" text={formSnippet(widget.uuid)} />
      <Text size="sm">
        Or use AnythingLLM&apos;s own widget. Its script is not part of Keyward: put a copy of the file on
        your site.
      </Text>
      <Snippet label="Script" text={scriptSnippet(widget.uuid)} />
    </Stack>
  );
}
