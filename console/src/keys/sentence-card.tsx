import { Paper, Text } from '@mantine/core';
import type { Draft } from './holdings/draft.ts';
import { sentence } from './holdings/sentence.ts';

/** What a key may do, in one sentence that follows the form. */
export function SentenceCard({ draft }: { draft: Draft }) {
  return (
    <Paper withBorder p="md" role="status" aria-label="What the key may do">
      <Text size="sm">{sentence(draft)}</Text>
    </Paper>
  );
}
