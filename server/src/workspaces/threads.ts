import type { Actor } from '../access/index.ts';
import { randomUUID } from 'node:crypto';
import { nextId, type Db } from '../storage/index.ts';
import type { WorkspacesContext } from './context.ts';
import { chosenSlug } from './slug.ts';
import * as store from './store/thread-store.ts';
import type { Thread } from './store/rows.ts';
import type { Workspace } from './workspace.ts';
import { holdWorkspace } from './store/workspace-store.ts';

const NAME_MAX_CHARACTERS = 255;

export interface NewThread {
  name?: string | undefined;
  /** Made fit for an address; a random one where it is left out. */
  slug?: string | undefined;
  userId?: number | null | undefined;
}

export type ThreadCreation = { thread: Thread } | { refused: 'slug_taken' | 'no_workspace' };

/** The conversations of workspaces. Whoever calls has looked whether the workspace exists for the caller. */
export class Threads {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  find(workspace: Pick<Workspace, 'id'>, slug: string, db: Db = this.#context.storage.db) {
    return store.findThread(db, workspace.id, slug);
  }

  /** By workspace id; a workspace without threads is not in the map. */
  of(workspaces: readonly Pick<Workspace, 'id'>[], db: Db = this.#context.storage.db) {
    return store.threadsOf(
      db,
      workspaces.map(({ id }) => id),
    );
  }

  create(actor: Actor, { id, slug: workspace }: Workspace, input: NewThread): Promise<ThreadCreation> {
    const { name = 'Thread', slug, userId = null } = input;
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

  /** With its chats. One that is not there is gone already. */
  async remove(actor: Actor, { id, slug: workspace }: Workspace, slug: string): Promise<Thread | undefined> {
    const there = await store.findThread(this.#context.storage.db, id, slug);
    if (there === undefined) return undefined;
    const begin = this.#context.audit.begun(actor, entryOf('delete', there, workspace));
    await store.emptyThread(this.#context.storage, there.id, begin);
    return this.#context.audit.change<Thread | undefined>(actor, async (tx) => {
      const thread = await store.lockThread(tx, id, slug);
      if (thread === undefined) return { result: undefined };
      await store.deleteThread(tx, thread.id);
      return { result: thread, entry: entryOf('delete', thread, workspace) };
    });
  }
}

const entryOf = (verb: 'create' | 'update' | 'delete', { id, slug }: Thread, workspace: string) => ({
  action: `threads.${verb}`,
  target: `thread:${id}`,
  details: { slug, workspace },
});
