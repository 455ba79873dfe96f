import type { Actor, Caller } from '../access/index.ts';
import type { Settings } from '../settings/index.ts';
import { deleteCollection } from '../retrieval/index.ts';
import { nextId, type Db, type Storage } from '../storage/index.ts';
import { Chats } from './chats.ts';
import type { WorkspacesContext } from './context.ts';
import { isCovered, isUnbound, type Viewer } from './coverage.ts';
import { DEFAULT_PROMPT } from './default-prompt.ts';
import { Members } from './members.ts';
import { namesIn } from './prompt.ts';
import { PromptVariables } from './prompt-variables.ts';
import { otherSlugOf, slugOf } from './slug.ts';
import { Suggestions } from './suggestions.ts';
import { Threads } from './threads.ts';
import type { Workspace, WorkspaceSettings } from './workspace.ts';
import { defaultSettings } from './workspace-settings.ts';
import * as store from './store/workspace-store.ts';

/** Takes away much of what the module `widgets`, to the right of this one, keeps under a workspace; `begin` where it does. */
type EmptyWidgets = (
  storage: Storage,
  workspaceId: number,
  begin: (tx: Db) => Promise<void>,
) => Promise<void>;

export interface WorkspacesOptions extends WorkspacesContext {
  settings: Settings;
  emptyWidgets: EmptyWidgets;
}

export type Creation = { workspace: Workspace } | { refused: 'not_covered' };

export type Change = { workspace: Workspace } | { refused: 'no_fields'; id: number } | undefined;

const SLUG_TRIES = 20;

/** Name of the setting that holds the server's own system prompt. */
export const DEFAULT_PROMPT_SETTING = 'default_system_prompt';

/** Workspaces and what belongs to them. A workspace that the caller's key does not cover does not exist for it. */
export class Workspaces {
  readonly threads: Threads;
  readonly chats: Chats;
  readonly members: Members;
  readonly suggestions: Suggestions;
  readonly variables: PromptVariables;
  readonly #context: WorkspacesContext;
  readonly #settings: Settings;
  readonly #emptyWidgets: EmptyWidgets;

  constructor({ settings, emptyWidgets, ...context }: WorkspacesOptions) {
    this.#context = context;
    this.#settings = settings;
    this.#emptyWidgets = emptyWidgets;
    this.threads = new Threads(context);
    this.chats = new Chats(context);
    this.members = new Members(context);
    this.suggestions = new Suggestions(context);
    this.variables = new PromptVariables(context);
  }

  get #db(): Db {
    return this.#context.storage.db;
  }

  /** By slug, whoever asks: for the server itself. Routes with a key say `findCovered`. */
  find(slug: string, db: Db = this.#db): Promise<Workspace | undefined> {
    return store.findBySlug(db, slug);
  }

  async findCovered(viewer: Viewer, slug: string, db: Db = this.#db): Promise<Workspace | undefined> {
    return isCovered(viewer, slug) ? store.findBySlug(db, slug) : undefined;
  }

  async findCoveredById(viewer: Viewer, id: number, db: Db = this.#db): Promise<Workspace | undefined> {
    const found = await store.findById(db, id);
    return found !== undefined && isCovered(viewer, found.slug) ? found : undefined;
  }

  /** Those that the viewer covers, in the order in which they were made. */
  list(viewer: Viewer, db: Db = this.#db): Promise<Workspace[]> {
    return store.listWorkspaces(db, viewer);
  }

  /** The ids of the same: which collections of documents the viewer covers. */
  coveredIds(viewer: Viewer, db: Db = this.#db): Promise<number[]> {
    return store.listIds(db, viewer);
  }

  /** The prompt of workspaces that have none of their own. */
  async defaultPrompt(db: Db = this.#db): Promise<string> {
    return (await this.#settings.get(DEFAULT_PROMPT_SETTING, db)) ?? DEFAULT_PROMPT;
  }

  /** The slug comes from the name; 8 digits follow where it is taken. A slug that the viewer does not cover is refused. */
  create(
    actor: Actor,
    viewer: Viewer,
    input: Partial<WorkspaceSettings> & { name: string },
  ): Promise<Creation> {
    return this.#context.audit.change<Creation>(actor, async (tx) => {
      // Asked first, and not whether it is taken: the answer must not tell what else there is.
      if (!isCovered(viewer, slugOf(input.name))) return { result: { refused: 'not_covered' } };
      const workspace = await this.#insert(tx, viewer, input);
      if (workspace === undefined) return { result: { refused: 'not_covered' } };
      const details = { slug: workspace.slug, name: workspace.name };
      return {
        result: { workspace },
        entry: { action: 'workspaces.create', target: targetOf(workspace), details },
      };
    });
  }

  async #insert(
    tx: Db,
    viewer: Viewer,
    input: Partial<WorkspaceSettings> & { name: string },
  ): Promise<Workspace | undefined> {
    const at = this.#context.clock.nowMs();
    const before = { givenVariables: null, openAiPrompt: null };
    const made: Omit<Workspace, 'slug'> = {
      ...defaultSettings(),
      ...input,
      openAiPrompt: input.openAiPrompt ?? (await this.defaultPrompt(tx)),
      givenVariables: await this.#given(tx, viewer, before),
      id: await nextId(tx, 'workspaces'),
      vectorTag: null,
      pfpFilename: null,
      createdAt: at,
      updatedAt: at,
    };
    for (let tries = 0; tries < SLUG_TRIES; tries++) {
      const slug = tries === 0 ? slugOf(input.name) : otherSlugOf(input.name);
      if (!isCovered(viewer, slug)) return undefined;
      const workspace = { ...made, slug };
      if (await store.insertWorkspace(tx, workspace)) return workspace;
    }
    throw new Error(`no free slug after ${SLUG_TRIES} tries`);
  }

  /** @returns undefined where there is no such workspace for the viewer. */
  update(
    actor: Actor,
    viewer: Viewer,
    { slug, settings }: { slug: string; settings: Partial<WorkspaceSettings> },
  ): Promise<Change> {
    return this.#context.audit.change<Change>(actor, async (tx) => {
      const before = isCovered(viewer, slug) ? await store.lockBySlug(tx, slug) : undefined;
      if (before === undefined) return { result: undefined };
      if (Object.keys(settings).length === 0) return { result: { refused: 'no_fields', id: before.id } };
      const given =
        settings.openAiPrompt === undefined ? before.givenVariables : await this.#given(tx, viewer, before);
      const workspace = { ...before, ...settings, givenVariables: given };
      await store.updateWorkspace(tx, workspace);
      // Which, not what: prompts are long and nobody else's business.
      const details = { slug, fields: Object.keys(settings) };
      return {
        result: { workspace },
        entry: { action: 'workspaces.update', target: targetOf(before), details },
      };
    });
  }

  /**
   * Which made variables a prompt may name that the viewer writes. A key that is bound to workspaces could otherwise have any
   * of them read out by a model: it keeps those that the prompt before named. Guarded by prompt-variables.test.ts.
   */
  async #given(
    tx: Db,
    viewer: Viewer,
    { givenVariables, openAiPrompt }: Pick<Workspace, 'givenVariables' | 'openAiPrompt'>,
  ): Promise<string[] | null> {
    if (isUnbound(viewer)) return null;
    return givenVariables ?? [...namesIn(openAiPrompt ?? (await this.defaultPrompt(tx)))];
  }

  /**
   * Takes the workspace away with its threads, chats, members and whatever other modules keep under it. Where that is much, most
   * of it goes before the workspace itself: `inParts` says what a crash leaves.
   */
  async remove(actor: Actor, viewer: Viewer, slug: string): Promise<Workspace | undefined> {
    const there = await this.findCovered(viewer, slug);
    if (there === undefined) return undefined;
    const begin = this.#context.audit.begun(actor, { action: 'workspaces.delete', target: targetOf(there) });
    const { storage } = this.#context;
    await this.#emptyWidgets(storage, there.id, begin);
    await store.emptyWorkspace(storage, there.id, begin);
    return this.#context.audit.change<Workspace | undefined>(actor, async (tx) => {
      const workspace = isCovered(viewer, slug) ? await store.lockBySlug(tx, slug) : undefined;
      if (workspace === undefined) return { result: undefined };
      await deleteCollection(tx, workspace.id);
      await store.deleteWorkspace(tx, workspace.id);
      const details = { slug, name: workspace.name };
      return {
        result: workspace,
        entry: { action: 'workspaces.delete', target: targetOf(workspace), details },
      };
    });
  }
}

export const targetOf = ({ id }: { id: number }): string => `workspace:${id}`;

/** Which workspaces, and so collections of documents, a key covers: what the module `documents` needs of this one. */
export const coverage = (db: Db, caller: Caller): Promise<number[]> => store.listIds(db, caller);
