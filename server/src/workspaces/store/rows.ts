import { CamelCasePlugin } from 'kysely';
import type { Db } from '../../storage/index.ts';
import type { Chat } from '../chat.ts';
import type { Workspace } from '../workspace.ts';

/** `givenVariables`: JSON. */
export type WorkspaceRow = Omit<Workspace, 'givenVariables'> & { givenVariables: string | null };

/** A user's place in a workspace. */
export interface Membership {
  workspaceId: number;
  userId: number;
  createdAt: number;
  updatedAt: number;
}

/** One conversation in a workspace. */
export interface Thread {
  id: number;
  name: string;
  /** Unique within its workspace, so that a slug tells nothing about the threads of another one. */
  slug: string;
  workspaceId: number;
  /** The user it belongs to in multi-user mode; null: nobody in particular. */
  userId: number | null;
  /** ms since 1970. */
  createdAt: number;
  updatedAt: number;
}

/** `response`: JSON. `included`: 0 after a reset and for refusals. `feedbackScore`: 1 good, 0 bad. */
export type ChatRow = Omit<Chat, 'response' | 'isIncluded' | 'isGood'> & {
  response: string;
  included: number;
  feedbackScore: number | null;
};

export interface SuggestionRow {
  id: number;
  workspaceId: number;
  heading: string;
  message: string;
  createdAt: number;
}

export interface VariableRow {
  id: number;
  name: string;
  value: string;
  description: string | null;
  /** 1 or 0. */
  secret: number;
  createdAt: number;
  updatedAt: number;
}

/** Columns are called `open_ai_temp` in the database and `openAiTemp` here. */
const camelCase = new CamelCasePlugin();

/** The tables of this module; no other names them. */
export const tables = (db: Db) =>
  db.withPlugin(camelCase).withTables<{
    workspaces: WorkspaceRow;
    workspace_users: Membership;
    workspace_threads: Thread;
    workspace_chats: ChatRow;
    workspace_suggestions: SuggestionRow;
    prompt_variables: VariableRow;
  }>();

export const workspaceFromRow = ({ givenVariables, ...row }: WorkspaceRow): Workspace => ({
  ...row,
  givenVariables: givenVariables === null ? null : (JSON.parse(givenVariables) as string[]),
});

export const rowFromWorkspace = ({ givenVariables, ...workspace }: Workspace): WorkspaceRow => ({
  ...workspace,
  givenVariables: givenVariables === null ? null : JSON.stringify(givenVariables),
});
