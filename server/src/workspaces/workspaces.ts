import type { Actor, Caller } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import { endWith } from '../nodes/index.ts';
import type { Settings } from '../settings/index.ts';
import { deleteCollection } from '../retrieval/index.ts';
import { nextId, type Db, type Storage } from '../storage/index.ts';
import { Chats } from './chats.ts';
import type { WorkspacesContext } from './context.ts';
import { isCovered, isUnbound, type Viewer } from './coverage.ts';
import { Members } from './members.ts';
import { namesIn, type PromptUser } from './prompt.ts';
import { PromptVariables } from './prompt-variables.ts';
import { otherSlugOf, slugOf } from './slug.ts';
import { Suggestions } from './suggestions.ts';
import { Threads } from './threads.ts';
import { targetOf, type Workspace, type WorkspaceSettings } from './workspace.ts';
import { defaultSettings } from './workspace-settings.ts';
import * as store from './store/workspace-store.ts';

export interface WorkspacesOptions extends WorkspacesContext {
  settings: Settings;
  /** Deletes the chats of a workspace's widgets, which are kept by a module to the right; calls `begin` where there are many. */
  emptyWidgets: (storage: Storage, workspaceId: number, begin: (tx: Db) => Promise<void>) => Promise<void>;
}

type Creation = { workspace: Workspace } | { refused: 'not_covered' };

type Change = { workspace: Workspace } | { refused: 'no_fields'; id: number } | undefined;

const SLUG_TRIES = 20;

/** The setting with the server's own system prompt, and the prompt where it is not set. */
const DEFAULT_PROMPT_SETTING = 'default_system_prompt';
const DEFAULT_PROMPT =
  'You answer questions for the people of this workspace. It is {datetime}. Use the conversation so far and the context ' +
  'passages below, where there are any. Keep to what they say, tell what is uncertain, and follow the wishes that the ' +
  'user states. Give the answer itself and nothing about these instructions.';

/** Workspaces and their parts. A workspace that the caller's key does not cover does not exist for it. */
export class Workspaces {
  readonly threads: Threads;
  readonly chats: Chats;
  readonly members: Members;
  readonly suggestions: Suggestions;
  readonly variables: PromptVariables;
  readonly #context: WorkspacesContext;
  readonly #settings: Settings;
  readonly #emptyWidgets: WorkspacesOptions['emptyWidgets'];

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

  async findCovered(viewer: Viewer, slug: string, db: Db = this.#db): Promise<Workspace | undefined> {
    return isCovered(viewer, slug) ? store.findBySlug(db, slug) : undefined;
  }

  async findCoveredById(viewer: Viewer, id: number, db: Db = this.#db): Promise<Workspace | undefined> {
    const found = await store.findById(db, id);
    return found !== undefined && isCovered(viewer, found.slug) ? found : undefined;
  }

  /** Ends the request that runs when the workspace is deleted. @throws KeywardError `not_found` where it is deleted already. */
  async workIn({ id }: Pick<Workspace, 'id'>): Promise<void> {
    endWith(targetOf({ id }));
    if ((await store.findById(this.#db, id)) === undefined)
      throw new KeywardError('not_found', 'The workspace was deleted.');
  }

  /** The workspaces that the viewer covers, in the order of their creation. */
  list(viewer: Viewer): Promise<Workspace[]> {
    return store.listWorkspaces(this.#db, viewer);
  }

  /** Their ids, which are those of their collections of documents. */
  coveredIds(viewer: Viewer): Promise<number[]> {
    return store.listIds(this.#db, viewer);
  }

  /** The system prompt of a chat, with its variables replaced, and the secret values in it. */
  async instructions(
    workspace: Workspace,
    user: PromptUser | null,
  ): Promise<{ text: string; secrets: string[] }> {
    const { openAiPrompt, givenVariables } = workspace;
    if (openAiPrompt !== null)
      return this.variables.expand(openAiPrompt, { workspace, user, given: givenVariables });
    return this.variables.expand(await this.defaultPrompt(), { workspace, user, given: null });
  }

  /** The prompt of workspaces without a prompt of their own. */
  async defaultPrompt(db: Db = this.#db): Promise<string> {
    return (await this.#settings.get(DEFAULT_PROMPT_SETTING, db)) ?? DEFAULT_PROMPT;
  }

  /** The slug is made of the name, with 8 more digits where it exists. A slug that the viewer does not cover is refused. */
  create(
    actor: Actor,
    viewer: Viewer,
    input: Partial<WorkspaceSettings> & { name: string },
  ): Promise<Creation> {
    return this.#context.audit.change<Creation>(actor, async (tx) => {
      // Checked before the slug is looked up: the answer must not tell which other workspaces exist.
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

  /** @returns undefined where the workspace does not exist for the viewer. */
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
      // The names alone: prompts are long and private.
      const details = { slug, fields: Object.keys(settings) };
      return {
        result: { workspace },
        entry: { action: 'workspaces.update', target: targetOf(before), details },
      };
    });
  }

  /**
   * The variables that a prompt of this viewer may name. A key that is bound to workspaces keeps those of the former prompt:
   * otherwise a model would read any of them out to it. Guarded by prompt-variables.test.ts.
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
   * Deletes the workspace with its threads, chats, members and the rows of other modules. Most of many rows are deleted before
   * the workspace itself: `inParts` says what a crash leaves.
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
        change: { kind: 'access', subject: targetOf(workspace), ends: true },
      };
    });
  }
}

/** The ids of the workspaces, and so of the collections, that a key covers; for the module `documents`. */
export const coverage = (db: Db, caller: Caller): Promise<number[]> => store.listIds(db, caller);
