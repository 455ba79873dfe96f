export const CHAT_MODES = ['automatic', 'chat', 'query'] as const;
export type ChatMode = (typeof CHAT_MODES)[number];

export const SEARCH_MODES = ['default', 'hybrid', 'rerank'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

/** What somebody may set on a workspace. */
export interface WorkspaceSettings {
  name: string;
  /** Temperature of the chat model; null: the model's own. */
  openAiTemp: number | null;
  /** How many earlier prompts with their answers the model is shown. */
  openAiHistory: number;
  /** The system prompt, with variables such as {datetime}; null: the one of the whole server. */
  openAiPrompt: string | null;
  /** Passages that score below are left out; 0 to 1. */
  similarityThreshold: number;
  chatProvider: string | null;
  chatModel: string | null;
  /** How many passages a chat is given at most. */
  topN: number;
  chatMode: ChatMode;
  agentProvider: string | null;
  agentModel: string | null;
  /** Said in place of an answer where mode `query` finds nothing; null: the usual sentence. */
  queryRefusalResponse: string | null;
  vectorSearchMode: SearchMode;
  routerId: number | null;
}

/** Documents and chats under one roof. */
export interface Workspace extends WorkspaceSettings {
  /** Never given again, also not after the workspace is gone. It is the id of its documents' collection too. */
  id: number;
  /** Its name in addresses; fixed when it is made. */
  slug: string;
  vectorTag: string | null;
  /**
   * The made variables (small letters) that its prompt may name, where a key bound to workspaces wrote it: those that were
   * given to the workspace before. null: all.
   */
  givenVariables: string[] | null;
  pfpFilename: string | null;
  /** ms since 1970. */
  createdAt: number;
  updatedAt: number;
}
