import type { Chat } from './chat.ts';

/** A chat as clients are shown it: what the user said and what was answered. */
export type Message = UserMessage | AssistantMessage;

export interface UserMessage {
  role: 'user';
  content: string;
  /** Unix time in seconds. */
  sentAt: number;
  attachments: unknown[];
  chatId: number;
}

export interface AssistantMessage {
  type: string;
  role: 'assistant';
  content: string;
  sources: unknown[];
  chatId: number;
  sentAt: number;
  feedbackScore: boolean | null;
  metrics: Record<string, unknown>;
  outputs?: unknown[];
}

export const viewMessages = (chats: readonly Chat[]): Message[] => chats.flatMap(messagesOf);

function messagesOf({ id, prompt, response, createdAt, isGood }: Chat): [UserMessage, AssistantMessage] {
  const { attachments, type, text, sources, metrics, outputs } = response;
  const sentAt = Math.floor(createdAt / 1000);
  return [
    { role: 'user', content: prompt, sentAt, attachments, chatId: id },
    {
      type,
      role: 'assistant',
      content: text,
      sources,
      chatId: id,
      sentAt,
      feedbackScore: isGood,
      metrics,
      ...(outputs === undefined ? {} : { outputs }),
    },
  ];
}
