import { Badge, Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty } from '../page/empty.tsx';
import { Markdown } from '../page/markdown.tsx';
import { Problem } from '../page/problem.tsx';
import { Time } from '../page/time.tsx';
import { visitorChatsQuery, type VisitorChat } from './widget-queries.ts';

const STEP = 25;
const LOADING_PX = 240;

/** What visitors asked, the newest first. */
export function VisitorChats({ uuid }: { uuid: string }) {
  const chats = useQuery({ ...visitorChatsQuery(uuid), refetchInterval: 5_000 });
  const [shown, setShown] = useState(STEP);
  const all = chats.data ?? [];
  return (
    <Stack maw={820}>
      <Problem error={chats.error} onRetry={() => void chats.refetch()} />
      {chats.isPending && <Skeleton height={LOADING_PX} role="status" aria-label="Loading questions" />}
      {chats.isSuccess && all.length === 0 && (
        <Empty title="Nobody has asked yet">
          <Text size="sm">Questions of visitors, and of the preview, are listed here.</Text>
        </Empty>
      )}
      {all.slice(0, shown).map((chat) => (
        <VisitorTurn key={chat.id} chat={chat} />
      ))}
      {all.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + STEP)}>
          Show more
        </Button>
      )}
    </Stack>
  );
}

function VisitorTurn({
  chat: { prompt, response, createdAt, include, session_id: session },
}: {
  chat: VisitorChat;
}) {
  const { text = '' } = JSON.parse(response) as { text?: string };
  return (
    <Paper withBorder p="md" component="article" aria-label="Question and answer">
      <Group gap="xs" mb="xs">
        <Text size="xs" c="dimmed">
          <Time at={createdAt} />, visitor {session.slice(0, 8)}
        </Text>
        {!include && (
          <Badge size="xs" variant="light" color="gray">
            began anew since
          </Badge>
        )}
      </Group>
      <Text fw={600} style={{ overflowWrap: 'anywhere' }} mb="xs">
        {prompt}
      </Text>
      <Markdown text={text} />
    </Paper>
  );
}
