/** A stored answer, with further members such as those of agents. */
export interface ChatResponse {
  text: string;
  sources: unknown[];
  /** The mode: `chat`, `query`, `automatic`. */
  type: string;
  attachments: unknown[];
  /** `{}` where no model was asked. */
  metrics: Record<string, unknown>;
  outputs?: unknown[];
}

/** A prompt with its answer. */
export interface Chat {
  id: number;
  workspaceId: number;
  /** null: the workspace's own conversation. */
  threadId: number | null;
  userId: number | null;
  /** The client's own name of its session, if any. */
  apiSessionId: string | null;
  prompt: string;
  response: ChatResponse;
  /** Whether models are given it again; false after a reset and for refusals. */
  isIncluded: boolean;
  /** null: not rated. */
  isGood: boolean | null;
  /** ms since 1970. */
  createdAt: number;
  updatedAt: number;
}

export type NewChat = Pick<Chat, 'workspaceId' | 'prompt' | 'response'> &
  Partial<Pick<Chat, 'threadId' | 'userId' | 'apiSessionId' | 'isIncluded'>>;

/** The chats with this thread, session and user; `userId` left out: of all users. */
export interface Conversation {
  workspaceId: number;
  threadId: number | null;
  apiSessionId: string | null;
  userId?: number | null | undefined;
}
