import type { Source } from '@keyward/sdk';
import { numberOf, textOf } from './document-nodes.ts';

export interface SourceNode {
  id: string | undefined;
  text: string | undefined;
  score: number | undefined;
  title: string | undefined;
  url: string | undefined;
}

interface TurnNode {
  id: string;
  question: string;
  answer: string;
  sentAt: string;
  sources: SourceNode[];
}

interface Message {
  role: string;
  content: string;
  chatId: number;
  sentAt: number;
  sources?: Source[];
}

export const sourceOf = ({ id, text, score, title, url }: Source): SourceNode => ({
  id: typeof id === 'number' ? String(id) : textOf(id),
  text: textOf(text),
  score: numberOf(score),
  title: textOf(title),
  url: textOf(url),
});

/** Questions with their answers, in the order of the history, which has each as two messages. */
export function turnsOf(history: readonly Message[]): TurnNode[] {
  const turns = new Map<number, TurnNode>();
  for (const { role, content, chatId, sentAt, sources = [] } of history) {
    const known = turns.get(chatId);
    const turn = known ?? {
      id: String(chatId),
      question: '',
      answer: '',
      sentAt: new Date(sentAt * 1000).toISOString(),
      sources: [],
    };
    turns.set(
      chatId,
      role === 'user'
        ? { ...turn, question: content }
        : { ...turn, answer: content, sources: sources.map(sourceOf) },
    );
  }
  return [...turns.values()];
}
