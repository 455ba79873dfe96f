import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useRef } from 'react';
import { Empty } from '../../page/empty.tsx';
import { Problem } from '../../page/problem.tsx';
import { useMay, useSession } from '../../session/session-queries.ts';
import type { OpenWorkspace } from '../workspace-queries.ts';
import { threadsQuery, UNNAMED, useThreadChanges, type ChatPlace } from './chat-queries.ts';
import classes from './chat.module.css';
import { Composer } from './composer.tsx';
import { KeptPlace } from './kept-place.tsx';
import { useLiveTurns, withoutRepeats } from './live-turns.ts';
import { ThreadList } from './thread-list.tsx';
import { AskedTurn, StoredTurn } from './turn.tsx';
import { useHistory } from './use-history.ts';
import { useStickToEnd } from './use-stick-to-end.ts';
import { PageLink } from '../../page/page-link.tsx';

const NAME_MAX_CHARACTERS = 60;

interface ChatTabProps {
  workspace: OpenWorkspace;
  /** The slug of the open thread; undefined: the person's own conversation. */
  thread: string | undefined;
}

/** Chats in a workspace: conversations at the side, questions and answers beside them. */
export function ChatTab({ workspace, thread }: ChatTabProps) {
  const { slug } = workspace;
  const { user, owner_id: ownerId } = useSession();
  const navigate = useNavigate({ from: '/workspaces/$slug' });
  const router = useRouter();
  const [isOpen, { open, close }] = useDisclosure();
  const may = useMay();
  const changes = useThreadChanges(slug);
  const threads = useQuery(threadsQuery(slug));
  // Other people's threads are not shown.
  const own = (threads.data ?? []).filter(({ user_id: id }) => user === null || id === user.id);
  const show = (threadSlug: string | undefined): void => {
    close();
    void navigate({ search: { tab: 'chat', ...(threadSlug === undefined ? {} : { thread: threadSlug }) } });
  };
  // Who has gone elsewhere while it was deleted stays there.
  const leave = (removed: string): void => {
    if (router.state.location.search.thread === removed) show(undefined);
  };
  const isBeginning = useRef(false);
  const begin = (): void => {
    // A double click comes before the button is drawn as busy.
    if (isBeginning.current) return;
    isBeginning.current = true;
    changes.create.mutate(user?.id, {
      onSuccess: ({ slug: threadSlug }) => show(threadSlug),
      onSettled: () => {
        isBeginning.current = false;
      },
    });
  };
  const current = own.find((one) => one.slug === thread);
  const name = (question: string): void => {
    if (current?.name === UNNAMED && may('workspaces:write'))
      changes.rename.mutate({ threadSlug: current.slug, name: question.slice(0, NAME_MAX_CHARACTERS) });
  };
  const list = (
    <ThreadList
      slug={slug}
      threads={own}
      open={thread}
      mayChange={may('workspaces:write')}
      changes={changes}
      onNew={begin}
      onRemoved={leave}
    />
  );
  const place = { slug, thread, sessionId: `console-${ownerId}` };
  return (
    <div className={classes['frame']}>
      <div className={classes['chat']}>
        <div className={`${classes['threads']} mantine-visible-from-md`}>{list}</div>
        <div className={classes['column']}>
          <Group hiddenFrom="md" justify="space-between">
            <Text fw={600} truncate>
              {current?.name ?? 'Your conversation'}
            </Text>
            <Button size="xs" variant="default" onClick={open}>
              Conversations
            </Button>
          </Group>
          <Conversation key={thread} place={place} workspace={workspace} onAsk={name} />
        </div>
        <Modal opened={isOpen} onClose={close} title="Conversations">
          {list}
        </Modal>
      </div>
    </div>
  );
}

interface ConversationProps {
  place: ChatPlace;
  workspace: OpenWorkspace;
  onAsk: (question: string) => void;
}

function Conversation({ place, workspace, onAsk }: ConversationProps) {
  const { history, shown, showEarlier } = useHistory(place);
  const { stored, live } = withoutRepeats(history.data?.turns ?? [], useLiveTurns(place));
  const drawn = stored.slice(-shown);
  const hasEarlier = history.data?.hasEarlier === true || drawn.length < stored.length;
  const runningId = live.find(({ state }) => state === 'running')?.id;
  useStickToEnd(`${stored.length} ${live.length} ${live.at(-1)?.text.length ?? 0}`, history.isSuccess);
  return (
    <>
      <Stack
        gap="xl"
        className={classes['turns']}
        role="log"
        aria-label="Conversation"
        aria-busy={runningId !== undefined}
      >
        <Problem error={history.error} onRetry={() => void history.refetch()} />
        {history.isPending && <Waiting />}
        {hasEarlier && (
          <Button size="xs" variant="default" loading={drawn.length < shown} onClick={showEarlier}>
            Show earlier turns
          </Button>
        )}
        <KeptPlace first={drawn[0]?.chatId}>
          {drawn.map((turn) => (
            <StoredTurn key={turn.chatId} turn={turn} place={place} />
          ))}
          {live.map((turn) => (
            <AskedTurn key={turn.id} turn={turn} place={place} />
          ))}
        </KeptPlace>
        {history.isSuccess && stored.length + live.length === 0 && <Nothing workspace={workspace} />}
      </Stack>
      <Composer place={place} runningId={runningId} onAsk={onAsk} />
    </>
  );
}

const Waiting = () => (
  <Stack gap="xs" aria-label="Loading the conversation" role="status">
    <Skeleton h={36} w="60%" ml="auto" />
    <Skeleton h={72} />
  </Stack>
);

function Nothing({ workspace: { slug, documents, chatMode } }: { workspace: OpenWorkspace }) {
  const isEmpty = documents.length === 0;
  return (
    <Empty title={isEmpty ? 'There is no document yet' : 'Ask the first question'}>
      <Text size="sm" ta="center">
        {isEmpty && chatMode === 'query' && 'In mode query, only documents answer. '}
        {isEmpty ? (
          <PageLink to="/workspaces/$slug" params={{ slug }} search={{ tab: 'documents' }}>
            Add documents
          </PageLink>
        ) : (
          'The answer names the passages that it was drawn from.'
        )}
      </Text>
    </Empty>
  );
}
