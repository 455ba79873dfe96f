import { ActionIcon, Button, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { ConfirmDialog } from '../../page/confirm-button.tsx';
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
  const { rename, remove } = changes;
  const begin = (what: Doing): void => {
    // All threads share these requests: an error of another one is none of this.
    rename.reset();
    remove.reset();
    setDoing(what);
  };
  const end = (): void => setDoing(undefined);
  const deletion = {
    ...remove,
    mutateAsync: async () => {
      await remove.mutateAsync(thread.slug);
      onRemoved(thread.slug);
    },
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Change ${thread.name}`}>
            <span aria-hidden>⋯</span>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => begin('rename')}>Rename</Menu.Item>
          <Menu.Item color="red" onClick={() => begin('delete')}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={doing === 'rename'} onClose={end} title="Rename the thread">
        <RenameForm slug={slug} thread={thread} changes={changes} onEnd={end} />
      </Modal>
      <ConfirmDialog
        isOpen={doing === 'delete'}
        onClose={end}
        label="Delete"
        title={`Delete ${thread.name}?`}
        action={deletion}
        copyAs={{ operation: 'threads.delete', path: { slug, threadSlug: thread.slug } }}
      >
        <Text size="sm">Its chats are deleted, and cannot be restored.</Text>
      </ConfirmDialog>
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
