import { randomUUID } from 'node:crypto';
import type { Actor } from '../access/index.ts';
import { nextId } from '../storage/index.ts';
import type { WorkspacesContext } from './context.ts';
import { chosenSlug } from './slug.ts';
import type { Thread } from './store/rows.ts';
import * as store from './store/thread-store.ts';
import { holdWorkspace } from './store/workspace-store.ts';
import type { Workspace } from './workspace.ts';

const NAME_MAX_CHARACTERS = 255;

interface NewThread {
  name: string | undefined;
  /** Made fit for an address; undefined: a random one. */
  slug: string | undefined;
  userId: number | null;
}

type ThreadCreation = { thread: Thread } | { refused: 'slug_taken' | 'no_workspace' };

/** The threads of workspaces. The caller of each method has checked that the workspace exists for the key or session. */
export class Threads {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  find(workspace: Pick<Workspace, 'id'>, slug: string): Promise<Thread | undefined> {
    return store.findThread(this.#context.storage.db, workspace.id, slug);
  }

  /** By workspace id; a workspace without threads is not in the map. */
  of(workspaces: readonly Pick<Workspace, 'id'>[]): Promise<Map<number, Thread[]>> {
    const ids = workspaces.map(({ id }) => id);
    return store.threadsOf(this.#context.storage.db, ids);
  }

  create(actor: Actor, { id, slug: workspace }: Workspace, input: NewThread): Promise<ThreadCreation> {
    const { name = 'Thread', slug, userId } = input;
    return this.#context.audit.change<ThreadCreation>(actor, async (tx) => {
      if (!(await holdWorkspace(tx, id))) return { result: { refused: 'no_workspace' } };
      const at = this.#context.clock.nowMs();
      const thread: Thread = {
        id: await nextId(tx, 'workspace_threads'),
        name: name.slice(0, NAME_MAX_CHARACTERS),
        slug: slug === undefined ? randomUUID() : chosenSlug(slug),
        workspaceId: id,
        userId,
        createdAt: at,
        updatedAt: at,
      };
      if (!(await store.insertThread(tx, thread))) return { result: { refused: 'slug_taken' } };
      return { result: { thread }, entry: entryOf('create', thread, workspace) };
    });
  }

  rename(
    actor: Actor,
    { id, slug: workspace }: Workspace,
    { slug, name }: { slug: string; name: string },
  ): Promise<Thread | undefined> {
    return this.#context.audit.change<Thread | undefined>(actor, async (tx) => {
      const before = await store.lockThread(tx, id, slug);
      if (before === undefined) return { result: undefined };
      const thread = { ...before, name: name.slice(0, NAME_MAX_CHARACTERS) };
      await store.renameThread(tx, thread);
      return { result: thread, entry: entryOf('update', thread, workspace) };
    });
  }

  /** With its chats; idempotent. */
  async remove(actor: Actor, { id, slug: workspace }: Workspace, slug: string): Promise<void> {
    const { storage, audit } = this.#context;
    const found = await store.findThread(storage.db, id, slug);
    if (found === undefined) return;
    await store.emptyThread(storage, found.id, audit.begun(actor, entryOf('delete', found, workspace)));
    await audit.change(actor, async (tx) => {
      const thread = await store.lockThread(tx, id, slug);
      if (thread === undefined) return { result: undefined };
      await store.deleteThread(tx, thread.id);
      return { result: undefined, entry: entryOf('delete', thread, workspace) };
    });
  }
}

const entryOf = (verb: 'create' | 'update' | 'delete', { id, slug }: Thread, workspace: string) => ({
  action: `threads.${verb}`,
  target: `thread:${id}`,
  details: { slug, workspace },
});
