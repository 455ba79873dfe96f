import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { memo } from 'react';
import { CopyButton } from '../../page/copy-button.tsx';
import { Markdown } from '../../page/markdown.tsx';
import { Problem } from '../../page/problem.tsx';
import { Time } from '../../page/time.tsx';
import { useFeedback, type ChatPlace, type Turn } from './chat-queries.ts';
import classes from './chat.module.css';
import { askQuestion, forgetTurn, type LiveTurn } from './live-turns.ts';
import { Sources } from './sources.tsx';

const Question = ({ text }: { text: string }) => <div className={classes['question']}>{text}</div>;

/** A turn that the server has stored. It is not drawn again with each word of a later answer. */
export const StoredTurn = memo(function StoredTurn({ turn, place }: { turn: Turn; place: ChatPlace }) {
  const { question, text, sources, sentAt } = turn;
  return (
    <Stack gap="xs" component="article" aria-label="Question and answer">
      <Question text={question} />
      <Markdown text={text} />
      <Sources sources={sources} />
      <Group gap="xs">
        <CopyButton text={text} label="Copy answer" size="compact-xs" variant="subtle" color="gray" />
        <Feedback turn={turn} place={place} />
        <Text size="xs" c="dimmed">
          <Time at={sentAt} />
        </Text>
      </Group>
    </Stack>
  );
});

const OPINIONS = [
  { value: true, label: 'Good answer' },
  { value: false, label: 'Bad answer' },
] as const;

function Feedback({ turn: { chatId, feedback }, place }: { turn: Turn; place: ChatPlace }) {
  const score = useFeedback(place);
  return (
    <>
      {OPINIONS.map(({ value, label }) => (
        <Button
          key={label}
          size="compact-xs"
          variant={feedback === value ? 'light' : 'subtle'}
          color={feedback === value ? 'indigo' : 'gray'}
          aria-pressed={feedback === value}
          loading={score.isPending && score.variables.feedback === value}
          onClick={() => score.mutate({ chatId, feedback: feedback === value ? null : value })}
        >
          {label}
        </Button>
      ))}
      {score.error !== null && (
        <Text size="xs" role="alert">
          {score.error.message}
        </Text>
      )}
    </>
  );
}

/** A turn that this page has asked. */
export function AskedTurn({ turn, place }: { turn: LiveTurn; place: ChatPlace }) {
  const { id, question, text, thoughts, sources, state, error } = turn;
  return (
    <Stack gap="xs" component="article" aria-label="Question and answer" aria-busy={state === 'running'}>
      <Question text={question} />
      {thoughts.map((thought, index) => (
        <Text key={index} size="sm" c="dimmed" className={classes['anywhere']}>
          {thought}
        </Text>
      ))}
      {text !== '' && <Markdown text={text} />}
      {state === 'running' && text === '' && (
        <Group gap="xs">
          <Loader size="xs" aria-hidden />
          <Text size="sm" c="dimmed">
            Searching the documents and asking the model…
          </Text>
        </Group>
      )}
      <Sources sources={sources} />
      {state === 'stopped' && <Alert color="gray" title="You stopped this answer." p="xs" />}
      {state === 'failed' && (
        <>
          <Problem error={error} />
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => void askQuestion(place, question)}>
              Ask again
            </Button>
            <Button size="xs" variant="subtle" onClick={() => forgetTurn(place, id)}>
              Remove
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
