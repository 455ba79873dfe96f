import { KeywardError } from '../base/errors.ts';
import type { Workspace } from '../workspaces/index.ts';
import type { EmbedMode } from './embed.ts';

/** A question from the page of somebody else's site, as the engine gets it. */
export interface VisitorQuestion {
  workspace: Workspace;
  mode: EmbedMode;
  message: string;
  /** What was said in this session before, oldest first. */
  history: PastChat[];
  /** In place of the workspace's own, where the widget allows it. */
  model: string | undefined;
  signal: AbortSignal;
}

export interface PastChat {
  prompt: string;
  text: string;
  sources: Record<string, unknown>[];
}

/** What the engine says: pieces of text, then how it ended. */
export type VisitorEvent =
  | { type: 'text'; text: string }
  /** Mode `query` found nothing; `text` is the workspace's own sentence, or null. */
  | { type: 'refusal'; text: string | null }
  | { type: 'end'; sources: Record<string, unknown>[]; metrics: Record<string, unknown> };

/** @throws KeywardError whose message may be shown to the visitor's page. */
export type AnswerVisitor = (question: VisitorQuestion) => AsyncIterable<VisitorEvent>;

export const noEngine: AnswerVisitor = () => {
  throw new KeywardError('not_ready', 'There is no chat model to answer.');
};
