import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { Source } from '@keyward/sdk';
import { useState } from 'react';
import { Time } from '../../page/time.tsx';
import { passageOf, type Passage } from './passage.ts';
import classes from './chat.module.css';

/** The passages that an answer was drawn from. Each opens its text. */
export function Sources({ sources }: { sources: readonly Source[] }) {
  const [shown, setShown] = useState<number>();
  const passages = sources.map(passageOf);
  const passage = shown === undefined ? undefined : passages[shown];
  if (passages.length === 0) return null;
  return (
    <Group gap={6} role="group" aria-label="Sources">
      <Text size="xs" c="dimmed">
        Sources
      </Text>
      {passages.map(({ title }, index) => (
        // Passages have no order but their own.
        <Button
          key={index}
          size="compact-xs"
          variant="default"
          className={classes['source']}
          aria-label={`Source ${index + 1}: ${title}`}
          onClick={() => setShown(index)}
        >
          {index + 1} · {title}
        </Button>
      ))}
      <Modal
        opened={passage !== undefined}
        onClose={() => setShown(undefined)}
        size="lg"
        title={passage === undefined ? '' : `Source ${(shown ?? 0) + 1} of ${passages.length}`}
      >
        {passage !== undefined && shown !== undefined && (
          <Opened
            passage={passage}
            onPrevious={shown > 0 ? () => setShown(shown - 1) : undefined}
            onNext={shown < passages.length - 1 ? () => setShown(shown + 1) : undefined}
          />
        )}
      </Modal>
    </Group>
  );
}

function Opened({
  passage: { title, text, score, published, link },
  onPrevious,
  onNext,
}: {
  passage: Passage;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}) {
  const said = score === undefined ? 'The document as a whole' : `Similarity ${Math.round(score * 100)} %`;
  return (
    <Stack gap="sm">
      <div>
        <Text fw={600} className={classes['anywhere']}>
          {title}
        </Text>
        <Text size="sm" c="dimmed">
          {said}
          {published !== undefined && (
            <>
              {' · published '}
              <Time at={published} />
            </>
          )}
          {link !== undefined && (
            <>
              {' · '}
              <Anchor href={link} target="_blank" rel="noopener noreferrer" underline="always" inherit>
                Open the page
              </Anchor>
            </>
          )}
        </Text>
      </div>
      <div className={classes['passage']} tabIndex={0} role="region" aria-label="Text of the source">
        {text}
      </div>
      {(onPrevious ?? onNext) !== undefined && (
        <Group justify="space-between">
          <Button variant="default" disabled={onPrevious === undefined} onClick={onPrevious}>
            Previous source
          </Button>
          <Button variant="default" disabled={onNext === undefined} onClick={onNext}>
            Next source
          </Button>
        </Group>
      )}
    </Stack>
  );
}
