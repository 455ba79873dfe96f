import type { NameSelector } from '../access/index.ts';
import type { Account } from '../models/index.ts';
import type { Payer } from '../retrieval/index.ts';
import { CHAT_MODES, type ChatMode, type Workspace } from '../workspaces/index.ts';
import type { Failure } from './failure.ts';
import type { Attachment, Source, Turn } from './message.ts';
import type { Measured, Metrics } from './metrics.ts';

/** `query`: only with something to draw from. `automatic`: an agent where the model calls tools, otherwise as `chat`. */
export type Mode = ChatMode;

export const isMode = (value: unknown): value is Mode => CHAT_MODES.some((mode) => mode === value);

/** An answer to be kept. Other members than `text` and `sources` are for those who look at the history later. */
export interface NewTurn {
  prompt: string;
  text: string;
  sources: readonly Source[];
  attachments: readonly Attachment[];
  mode: Mode;
  metrics: Metrics;
  /** false: no model is shown it again. */
  isIncluded: boolean;
  thoughts?: readonly string[];
  outputs?: readonly unknown[];
}

/** Where a chat has its history from and puts its answer: a workspace, a thread, a session, a widget. */
export interface Conversation {
  /** Oldest first. */
  recent(limit: number): Promise<Turn[]>;
  /** @returns the id of the chat; undefined: it is kept nowhere. */
  record(turn: NewTurn): Promise<number | undefined>;
  /** From here on no model is shown what was said. */
  reset(): Promise<void>;
}

/** A system prompt, its variables expanded. */
export interface Instructions {
  text: string;
  /** Values in it that no answer may hold. */
  secrets: readonly string[];
}

export interface ChatRequest {
  workspace: Workspace;
  conversation: Conversation;
  /** '' with `isReset`: nothing but the reset is wanted. */
  message: string;
  mode: Mode;
  attachments: readonly Attachment[];
  isReset: boolean;
  /** Asked for when it is needed. */
  instructions(): Promise<Instructions>;
  /** Instead of the workspace's, where the surface lets callers choose. */
  temperature?: number | undefined;
  model?: string | undefined;
  /** Where nothing is an agent's and nothing a command: the OpenAI surface and widgets. */
  noAgent?: boolean;
  /** Sources of earlier answers fill up what is found; not where the caller brings the history. */
  noBackfill?: boolean;
  /** Whether the answer is wanted piece by piece. */
  isStream: boolean;
  /** Of the caller's key; undefined: every model. */
  selector: NameSelector | undefined;
  /** A new account for each request to a model: agents make several. */
  account(): Account;
  /** What an answer took, as the surface shows and keeps it. */
  metrics: (measured: Measured) => Metrics;
  /** Pays for having embedded what is searched for. */
  searchPayer: Payer;
  signal: AbortSignal;
}

export interface Answered {
  kind: 'answered';
  text: string;
  /** Pinned documents, attachments and what was found; not what earlier answers were drawn from. */
  sources: readonly Source[];
  metrics: Metrics;
  chatId: number | undefined;
  finishReason: string;
  /** Of an agent. */
  thoughts?: readonly string[];
  outputs?: readonly unknown[];
}

/** How a chat ended. */
export type Ending =
  | Answered
  | { kind: 'reset' }
  /** Mode `query` with nothing to draw from; no model was asked. */
  | { kind: 'refused'; text: string; because: 'nothing_embedded' | 'nothing_found' }
  /** The model said nothing. */
  | { kind: 'empty'; metrics: Metrics }
  | { kind: 'failed'; failure: Failure }
  /** The caller went away. */
  | { kind: 'gone' };

/** The last event is an Ending. */
export type ChatEvent =
  | { kind: 'text'; text: string; isAgent?: true }
  /** What an agent is about to do. */
  | { kind: 'thought'; text: string }
  | Ending;
