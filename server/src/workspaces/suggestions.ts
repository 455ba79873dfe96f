import type { Actor } from '../access/index.ts';
import type { WorkspacesContext } from './context.ts';
import * as store from './store/suggestion-store.ts';
import type { Suggestion } from './store/suggestion-store.ts';
import type { Workspace } from './workspace.ts';
import { holdWorkspace } from './store/workspace-store.ts';

const SUGGESTIONS_MAX = 50;
const TEXT_MAX_CHARACTERS = 2_000;

/** The first messages that a workspace proposes. */
export class Suggestions {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  of(workspaceId: number): Promise<Suggestion[]> {
    return store.suggestionsOf(this.#context.storage.db, workspaceId);
  }

  /** Replaces all suggestions. @returns whether the workspace still exists. */
  replace(
    actor: Actor,
    { id, slug }: Pick<Workspace, 'id' | 'slug'>,
    suggestions: readonly Suggestion[],
  ): Promise<boolean> {
    const kept = suggestions.slice(0, SUGGESTIONS_MAX).map(({ heading, message }) => ({
      heading: heading.slice(0, TEXT_MAX_CHARACTERS),
      message: message.slice(0, TEXT_MAX_CHARACTERS),
    }));
    return this.#context.audit.change<boolean>(actor, async (tx) => {
      if (!(await holdWorkspace(tx, id))) return { result: false };
      await store.replaceSuggestions(tx, id, { suggestions: kept, at: this.#context.clock.nowMs() });
      const details = { slug, suggestions: kept.length };
      return { result: true, entry: { action: 'workspaces.suggest', target: `workspace:${id}`, details } };
    });
  }
}
