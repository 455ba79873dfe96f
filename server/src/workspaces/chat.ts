/** What is kept of an answer. Other members, such as those of agents, are kept too. */
export interface ChatResponse {
  text: string;
  sources: unknown[];
  /** The mode it was answered in: `chat`, `query`, `automatic`. */
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
  /** What the client calls its session; null: none. */
  apiSessionId: string | null;
  prompt: string;
  response: ChatResponse;
  /** Whether a model is shown it again; false after a reset, and for refusals. */
  isIncluded: boolean;
  /** null: nobody said. */
  isGood: boolean | null;
  /** ms since 1970. */
  createdAt: number;
  updatedAt: number;
}

export type NewChat = Pick<Chat, 'workspaceId' | 'prompt' | 'response'> &
  Partial<Pick<Chat, 'threadId' | 'userId' | 'apiSessionId' | 'isIncluded'>>;

/**
 * One conversation: the rows whose thread, session and, where it is given, user are these. `userId` left out: of
 * whichever user.
 */
export interface Conversation {
  workspaceId: number;
  threadId: number | null;
  apiSessionId: string | null;
  userId?: number | null | undefined;
}
