import { Button, Group, Text, Textarea } from '@mantine/core';
import { useRef, type KeyboardEvent, type SubmitEvent } from 'react';
import { CopyAs } from '../../page/copy-as.tsx';
import type { ChatPlace } from './chat-queries.ts';
import classes from './chat.module.css';
import { askQuestion, stopTurn } from './live-turns.ts';
import { NoModel } from './no-model.tsx';
import { useDraft } from './use-draft.ts';

interface ComposerProps {
  place: ChatPlace;
  /** Of the answer that is being written. */
  runningId: string | undefined;
  /** Called before a question is asked. */
  onAsk: (question: string) => void;
}

/** The server takes no longer one. */
const QUESTION_MAX_CHARACTERS = 1_000_000;

/** The field for a question. Enter sends it. */
export function Composer({ place, runningId, onAsk }: ComposerProps) {
  const [text, setText] = useDraft(place);
  const field = useRef<HTMLTextAreaElement>(null);
  const { slug, thread, sessionId } = place;
  const isRunning = runningId !== undefined;
  const ask = (): void => {
    const question = text.trim();
    if (question === '' || isRunning) return;
    setText('');
    onAsk(question);
    void askQuestion(place, question);
    field.current?.focus();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    ask();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // A word that is being composed, as in Japanese, is ended by Enter too.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    ask();
  };
  const where = thread === undefined ? ['--session', sessionId] : ['--thread', thread];
  const asked = text.trim() || 'QUESTION';
  return (
    <form onSubmit={submit} className={classes['composer']}>
      <NoModel slug={slug} />
      <Textarea
        ref={field}
        aria-label="Question"
        placeholder="Ask a question"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        maxLength={QUESTION_MAX_CHARACTERS}
        autosize
        minRows={2}
        maxRows={8}
      />
      <Group justify="space-between" mt="xs" gap="xs">
        <Group gap="xs">
          <Text size="xs" c="dimmed" visibleFrom="sm">
            Enter sends, Shift + Enter begins a line.
          </Text>
          <CopyAs
            operation={thread === undefined ? 'workspaces.chat' : 'threads.chat'}
            path={thread === undefined ? { slug } : { slug, threadSlug: thread }}
            body={{ message: asked, ...(thread === undefined ? { sessionId } : {}) }}
            cli={['workspaces', 'ask', slug, asked, ...where]}
          />
        </Group>
        {isRunning ? (
          <Button variant="default" onClick={() => stopTurn(runningId)}>
            Stop
          </Button>
        ) : (
          <Button type="submit">Send</Button>
        )}
      </Group>
    </form>
  );
}
