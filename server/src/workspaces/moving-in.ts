import { idLike, nextId, type Db } from '../storage/index.ts';
import type { Chat } from './chat.ts';
import { insertChat } from './store/chat-store.ts';
import { addMembers } from './store/member-store.ts';
import { isVariableName } from './prompt-variables.ts';
import { allVariables, insertVariable, type PromptVariable } from './store/prompt-variable-store.ts';
import { tables, type SuggestionRow, type Thread } from './store/rows.ts';
import { chosenSlug, slugOf } from './slug.ts';
import { findThread, insertThread } from './store/thread-store.ts';
import type { Workspace, WorkspaceSettings } from './workspace.ts';
import { findBySlug, insertWorkspace } from './store/workspace-store.ts';
import { defaultSettings, readSettings } from './workspace-settings.ts';

/*
 * For the import. Each function is called in a transaction that records the import, after the caller has checked that the
 * name is free. It returns the id: the imported one, unless that was ever given here.
 */

export { chosenSlug, isVariableName, slugOf };

export type ImportedSuggestion = Omit<SuggestionRow, 'id'>;
export type ImportedVariable = Omit<PromptVariable, 'id'>;

export interface ImportedMember {
  workspaceId: number;
  userId: number;
  createdAt: number;
}

/** Imported settings: each as the nearest allowed value, or its default. */
export function settingsLike(given: Readonly<Record<string, unknown>>): WorkspaceSettings {
  const present = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return { ...defaultSettings(), ...readSettings(Object.fromEntries(present)) };
}

export const hasWorkspace = async (db: Db, slug: string): Promise<boolean> =>
  (await findBySlug(db, slug)) !== undefined;

export async function bringWorkspace(tx: Db, workspace: Workspace): Promise<number> {
  const id = await idLike(tx, 'workspaces', workspace.id);
  if (!(await insertWorkspace(tx, { ...workspace, id }))) throw new Error('a workspace has this slug');
  return id;
}

export const hasThread = async (db: Db, workspaceId: number, slug: string): Promise<boolean> =>
  (await findThread(db, workspaceId, slug)) !== undefined;

export async function bringThread(tx: Db, thread: Thread): Promise<number> {
  const id = await idLike(tx, 'workspace_threads', thread.id);
  if (!(await insertThread(tx, { ...thread, id }))) throw new Error('a thread has this slug');
  return id;
}

export async function bringChat(tx: Db, chat: Chat): Promise<number> {
  const id = await idLike(tx, 'workspace_chats', chat.id);
  await insertChat(tx, { ...chat, id });
  return id;
}

/** Idempotent. */
export const bringMember = (tx: Db, { workspaceId, userId, createdAt }: ImportedMember): Promise<void> =>
  addMembers(tx, { workspaceId, userIds: [userId], at: createdAt });

export async function bringSuggestion(tx: Db, suggestion: ImportedSuggestion): Promise<number> {
  const id = await nextId(tx, 'workspace_suggestions');
  await tables(tx)
    .insertInto('workspace_suggestions')
    .values({ ...suggestion, id })
    .execute();
  return id;
}

export const hasVariable = async (db: Db, name: string): Promise<boolean> =>
  (await allVariables(db)).some((variable) => variable.name.toLowerCase() === name.toLowerCase());

export async function bringVariable(tx: Db, variable: ImportedVariable): Promise<number> {
  const id = await nextId(tx, 'prompt_variables');
  if (!(await insertVariable(tx, { ...variable, id }))) throw new Error('a variable has this name');
  return id;
}

/** The ids that exist. */
export const presentWorkspaces = (db: Db, ids: readonly number[]): Promise<Set<number>> =>
  present(db, 'workspaces', ids);

export const presentThreads = (db: Db, ids: readonly number[]): Promise<Set<number>> =>
  present(db, 'workspace_threads', ids);

async function present(
  db: Db,
  table: 'workspaces' | 'workspace_threads',
  ids: readonly number[],
): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await tables(db).selectFrom(table).select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}
