export const CHAT_MODES = ['automatic', 'chat', 'query'] as const;
export type ChatMode = (typeof CHAT_MODES)[number];

export const SEARCH_MODES = ['default', 'hybrid', 'rerank'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

export interface WorkspaceSettings {
  name: string;
  /** Temperature of the chat model; null: the model's own. */
  openAiTemp: number | null;
  /** The number of earlier chats that the model is given. */
  openAiHistory: number;
  /** The system prompt, with variables such as {datetime}; null: the one of the whole server. */
  openAiPrompt: string | null;
  /** The lowest score of a passage; 0 to 1. */
  similarityThreshold: number;
  chatProvider: string | null;
  chatModel: string | null;
  /** The most passages of a chat. */
  topN: number;
  chatMode: ChatMode;
  agentProvider: string | null;
  agentModel: string | null;
  /** The answer where mode `query` finds nothing; null: the default sentence. */
  queryRefusalResponse: string | null;
  vectorSearchMode: SearchMode;
  routerId: number | null;
}

export interface Workspace extends WorkspaceSettings {
  /** Never reused. It is also the id of the collection of documents. */
  id: number;
  /** Its name in URLs; never changes. */
  slug: string;
  vectorTag: string | null;
  /** Variables (lower case) that its prompt may name, where a key that is bound to workspaces wrote it. null: all. */
  givenVariables: string[] | null;
  pfpFilename: string | null;
  /** ms since 1970. */
  createdAt: number;
  updatedAt: number;
}

const WORKSPACE = 'workspace:';

/** In the audit record; and the subject of its running answers. */
export const targetOf = ({ id }: { id: number }): string => `${WORKSPACE}${id}`;

/** Whether running work has told its workspace (`workIn`). */
export const isInWorkspace = (found: readonly string[]): boolean =>
  found.some((subject) => subject.startsWith(WORKSPACE));
