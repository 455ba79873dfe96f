import type { Db } from '../../storage/index.ts';
import type { ChatMode, SearchMode, Workspace } from '../workspace.ts';

export type WorkspaceRow = {
  id: number;
  name: string;
  slug: string;
  vector_tag: string | null;
  open_ai_temp: number | null;
  open_ai_history: number;
  open_ai_prompt: string | null;
  similarity_threshold: number;
  chat_provider: string | null;
  chat_model: string | null;
  top_n: number;
  chat_mode: ChatMode;
  pfp_filename: string | null;
  agent_provider: string | null;
  agent_model: string | null;
  query_refusal_response: string | null;
  vector_search_mode: SearchMode;
  router_id: number | null;
  /** JSON: names; null: all. */
  given_variables: string | null;
  created_at: number;
  updated_at: number;
};

export type MemberRow = { workspace_id: number; user_id: number; created_at: number; updated_at: number };

export type ThreadRow = {
  id: number;
  name: string;
  slug: string;
  workspace_id: number;
  user_id: number | null;
  created_at: number;
  updated_at: number;
};

export type ChatRow = {
  id: number;
  workspace_id: number;
  thread_id: number | null;
  user_id: number | null;
  api_session_id: string | null;
  prompt: string;
  /** JSON: text, sources, type, attachments, metrics. */
  response: string;
  /** 0: reset, or a refusal; the model is not shown it again. */
  included: number;
  /** 1 good, 0 bad. */
  feedback_score: number | null;
  created_at: number;
  updated_at: number;
};

export type SuggestionRow = {
  id: number;
  workspace_id: number;
  heading: string;
  message: string;
  created_at: number;
};

export type VariableRow = {
  id: number;
  name: string;
  value: string;
  description: string | null;
  secret: number;
  created_at: number;
  updated_at: number;
};

/** The tables of this module; no other names them. */
export const tables = (db: Db) =>
  db.withTables<{
    workspaces: WorkspaceRow;
    workspace_users: MemberRow;
    workspace_threads: ThreadRow;
    workspace_chats: ChatRow;
    workspace_suggestions: SuggestionRow;
    prompt_variables: VariableRow;
  }>();

export const workspaceFromRow = (row: WorkspaceRow): Workspace => ({
  id: row.id,
  name: row.name,
  slug: row.slug,
  vectorTag: row.vector_tag,
  openAiTemp: row.open_ai_temp,
  openAiHistory: row.open_ai_history,
  openAiPrompt: row.open_ai_prompt,
  similarityThreshold: row.similarity_threshold,
  chatProvider: row.chat_provider,
  chatModel: row.chat_model,
  topN: row.top_n,
  chatMode: row.chat_mode,
  pfpFilename: row.pfp_filename,
  agentProvider: row.agent_provider,
  agentModel: row.agent_model,
  queryRefusalResponse: row.query_refusal_response,
  vectorSearchMode: row.vector_search_mode,
  routerId: row.router_id,
  givenVariables: row.given_variables === null ? null : (JSON.parse(row.given_variables) as string[]),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const rowFromWorkspace = (workspace: Workspace): WorkspaceRow => ({
  id: workspace.id,
  name: workspace.name,
  slug: workspace.slug,
  vector_tag: workspace.vectorTag,
  open_ai_temp: workspace.openAiTemp,
  open_ai_history: workspace.openAiHistory,
  open_ai_prompt: workspace.openAiPrompt,
  similarity_threshold: workspace.similarityThreshold,
  chat_provider: workspace.chatProvider,
  chat_model: workspace.chatModel,
  top_n: workspace.topN,
  chat_mode: workspace.chatMode,
  pfp_filename: workspace.pfpFilename,
  agent_provider: workspace.agentProvider,
  agent_model: workspace.agentModel,
  query_refusal_response: workspace.queryRefusalResponse,
  vector_search_mode: workspace.vectorSearchMode,
  router_id: workspace.routerId,
  given_variables: workspace.givenVariables === null ? null : JSON.stringify(workspace.givenVariables),
  created_at: workspace.createdAt,
  updated_at: workspace.updatedAt,
});
