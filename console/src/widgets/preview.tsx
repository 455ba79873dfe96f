import { Alert, Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { Markdown } from '../page/markdown.tsx';
import { noticeDone, noticeFailure } from '../page/done-notice.tsx';
import { askWidget, isOtherSite } from './ask-widget.ts';
import { useWidgetChanges, widgetQuery, type Widget } from './widget-queries.ts';
import { sitesOf } from './widget-settings.tsx';

interface Said {
  question: string;
  answer: string;
  error?: unknown;
}

/** Asks the widget as a visitor of this page. */
export function Preview({ widget }: { widget: Widget }) {
  const { said, isAnswering, ask, stop } = useVisit(widget.uuid);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const message = (new FormData(form).get('message') as string).trim();
    if (message === '' || isAnswering) return;
    form.reset();
    void ask(message);
  };
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The answer is read as it comes.
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [said]);
  const isRefused = said.some(({ error }) => isOtherSite(error));
  return (
    <Stack maw={480}>
      <Text size="sm" c="dimmed">
        It asks as a visitor would: the limits count, and the budgets of the widget are spent.
      </Text>
      {isRefused && <OtherSite widget={widget} />}
      <Paper withBorder p="md" radius="lg" shadow="sm" role="region" aria-label="Preview">
        <Stack
          ref={log}
          gap="sm"
          mih={200}
          mah={480}
          style={{ overflowY: 'auto' }}
          tabIndex={0}
          role="log"
          aria-label="Conversation"
        >
          {said.length === 0 && (
            <Text c="dimmed" size="sm">
              Ask something that a visitor of your site would ask.
            </Text>
          )}
          {said.map((one, index) => (
            <Exchange key={index} {...one} isAnswering={isAnswering && index === said.length - 1} />
          ))}
        </Stack>
        <form onSubmit={submit}>
          <Group mt="md" gap="xs" wrap="nowrap">
            <TextInput
              name="message"
              aria-label="Question of a visitor"
              placeholder="Ask a question"
              flex={1}
              autoComplete="off"
              required
            />
            {isAnswering ? (
              <Button variant="default" onClick={stop}>
                Stop
              </Button>
            ) : (
              <Button type="submit">Ask</Button>
            )}
          </Group>
        </form>
      </Paper>
    </Stack>
  );
}

function Exchange({ question, answer, error, isAnswering }: Said & { isAnswering: boolean }) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
        {question}
      </Text>
      {answer !== '' && <Markdown text={answer} />}
      {isAnswering && answer === '' && (
        <Text size="sm" c="dimmed">
          …
        </Text>
      )}
      {error !== undefined && (
        <Alert
          color="red"
          p="xs"
          role="alert"
          title={error instanceof Error ? error.message : 'It failed.'}
        />
      )}
    </Stack>
  );
}

/** One visit, with a session of its own. */
function useVisit(uuid: string) {
  // As pages make it; in the browser's secure contexts alone there is randomUUID.
  const [sessionId] = useState(newSession);
  const [said, setSaid] = useState<Said[]>([]);
  const [isAnswering, setAnswering] = useState(false);
  const ending = useRef<AbortController>(undefined);
  useEffect(() => () => ending.current?.abort(), []);
  const change = (part: (last: Said) => Partial<Said>): void =>
    setSaid((before) =>
      before.map((one, index) => (index === before.length - 1 ? { ...one, ...part(one) } : one)),
    );
  const ask = async (question: string): Promise<void> => {
    const stop = new AbortController();
    ending.current = stop;
    setSaid((before) => [...before, { question, answer: '' }]);
    setAnswering(true);
    try {
      for await (const text of askWidget(uuid, { sessionId, message: question }, stop.signal))
        change(({ answer }) => ({ answer: answer + text }));
    } catch (error) {
      if (!stop.signal.aborted) change(() => ({ error }));
    } finally {
      setAnswering(false);
    }
  };
  return { said, isAnswering, ask, stop: () => ending.current?.abort() };
}

/** A UUID of version 4. */
function newSession(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The sites that may show the widget do not include this page. */
function OtherSite({ widget }: { widget: Widget }) {
  const { update } = useWidgetChanges();
  const queries = useQueryClient();
  const { uuid } = widget;
  const { origin } = location;
  const sites = sitesOf(widget) ?? [];
  // The list is sent as a whole: it is read first, as somebody else may have changed it.
  const change = async (to: (now: string[]) => string[]) => {
    const now = sitesOf(await queries.fetchQuery({ ...widgetQuery(uuid), staleTime: 0 }));
    if (now !== null) await update.mutateAsync({ uuid, body: { allowlist_domains: to(now) } });
  };
  const allow = async (): Promise<void> => {
    await change((now) => [...new Set([...now, origin])]);
    noticeDone({
      title: `${origin} may show the widget`,
      undo: () => change((now) => now.filter((site) => site !== origin)),
    });
  };
  if (sites.includes(origin)) return null;
  return (
    <Alert color="yellow" title="This page may not show the widget">
      <Text size="sm" mb="xs">
        Only {sites.join(', ')} may. To try it here, allow {origin} too.
      </Text>
      <Button
        size="xs"
        loading={update.isPending}
        onClick={() => void allow().catch((error: unknown) => noticeFailure('It was not allowed', error))}
      >
        Allow this page
      </Button>
    </Alert>
  );
}
