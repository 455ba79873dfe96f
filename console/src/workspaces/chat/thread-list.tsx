import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { CopyAs } from '../../page/copy-as.tsx';
import { FormActions } from '../../page/form-actions.tsx';
import { Problem } from '../../page/problem.tsx';
import type { Thread, useThreadChanges } from './chat-queries.ts';
import classes from './chat.module.css';
import { PageNavLink } from '../../page/page-controls.tsx';

/** The search tells the entries apart: otherwise the router takes several of them for the open page. */
const EXACT = { exact: true };

interface ThreadListProps {
  slug: string;
  threads: readonly Thread[];
  /** The slug of the one that is open; undefined: the own conversation. */
  open: string | undefined;
  mayChange: boolean;
  changes: ReturnType<typeof useThreadChanges>;
  onNew: () => void;
  onRemoved: (slug: string) => void;
}

/** The conversations of the person in a workspace. */
export function ThreadList({ slug, threads, open, mayChange, onNew, ...rest }: ThreadListProps) {
  const { changes } = rest;
  return (
    <Stack gap={4} component="nav" aria-label="Conversations">
      {mayChange && (
        <Button variant="default" size="xs" mb={4} onClick={onNew} loading={changes.create.isPending}>
          New thread
        </Button>
      )}
      <Problem error={changes.create.error} />
      <PageNavLink
        to="/workspaces/$slug"
        params={{ slug }}
        search={{ tab: 'chat' }}
        label="Your conversation"
        activeOptions={EXACT}
        active={open === undefined}
        aria-current={open === undefined ? 'page' : undefined}
      />
      {threads.map((thread) => (
        <div key={thread.slug} className={classes['thread']}>
          <PageNavLink
            to="/workspaces/$slug"
            params={{ slug }}
            search={{ tab: 'chat', thread: thread.slug }}
            label={thread.name}
            noWrap
            activeOptions={EXACT}
            active={open === thread.slug}
            aria-current={open === thread.slug ? 'page' : undefined}
          />
          {mayChange && <ThreadMenu slug={slug} thread={thread} {...rest} />}
        </div>
      ))}
    </Stack>
  );
}

type Doing = 'rename' | 'delete';

function ThreadMenu({
  slug,
  thread,
  changes,
  onRemoved,
}: Pick<ThreadListProps, 'slug' | 'changes' | 'onRemoved'> & { thread: Thread }) {
  const [doing, setDoing] = useState<Doing>();
  const end = (): void => setDoing(undefined);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Change ${thread.name}`}>
            <span aria-hidden>⋯</span>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDoing('rename')}>Rename</Menu.Item>
          <Menu.Item color="red" onClick={() => setDoing('delete')}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={doing !== undefined}
        onClose={end}
        title={doing === 'delete' ? `Delete ${thread.name}?` : 'Rename the thread'}
      >
        {doing === 'rename' && <RenameForm slug={slug} thread={thread} changes={changes} onEnd={end} />}
        {doing === 'delete' && (
          <DeleteForm
            slug={slug}
            changes={changes}
            thread={thread}
            onEnd={(isGone) => {
              end();
              if (isGone) onRemoved(thread.slug);
            }}
          />
        )}
      </Modal>
    </>
  );
}

interface ChangeProps {
  /** Of the workspace. */
  slug: string;
  thread: Thread;
  changes: ThreadListProps['changes'];
}

function RenameForm({ slug, thread, changes: { rename }, onEnd }: ChangeProps & { onEnd: () => void }) {
  const [name, setName] = useState(thread.name);
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    try {
      await rename.mutateAsync({ threadSlug: thread.slug, name: name.trim() });
      onEnd();
    } catch {
      // Shown below the field.
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={255}
          required
          data-autofocus
        />
        <Problem error={rename.error} />
        <FormActions submit={{ label: 'Rename', isPending: rename.isPending }} cancel={{ onClick: onEnd }}>
          <CopyAs
            operation="threads.update"
            path={{ slug, threadSlug: thread.slug }}
            body={{ name: name.trim() }}
          />
        </FormActions>
      </Stack>
    </form>
  );
}

function DeleteForm({
  slug,
  thread,
  changes: { remove },
  onEnd,
}: ChangeProps & { onEnd: (isGone: boolean) => void }) {
  const confirm = async (): Promise<void> => {
    try {
      await remove.mutateAsync(thread.slug);
      onEnd(true);
    } catch {
      // Shown below.
    }
  };
  return (
    <Stack>
      <Text size="sm">Its chats are deleted, and cannot be restored.</Text>
      <Problem error={remove.error} />
      <Group justify="space-between">
        <CopyAs operation="threads.delete" path={{ slug, threadSlug: thread.slug }} />
        <Group gap="xs">
          <Button variant="default" onClick={() => onEnd(false)}>
            Cancel
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => void confirm()} data-autofocus>
            Delete
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}
