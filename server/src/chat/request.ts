import type { NameSelector } from '../access/index.ts';
import type { Account, UsageReport } from '../models/index.ts';
import type { Payer } from '../retrieval/index.ts';
import { CHAT_MODES, type ChatMode, type Workspace } from '../workspaces/index.ts';
import type { Failure } from './failure.ts';
import type { Attachment, Source, Turn } from './message.ts';

/** `query`: answers only from documents. `automatic`: an agent if the model calls tools, otherwise as `chat`. */
export type Mode = ChatMode;

export const isMode = (value: unknown): value is Mode => CHAT_MODES.some((mode) => mode === value);

/** The usage of an answer, as the surface shows and stores it. */
export type Metrics = Record<string, unknown>;

/** The usage of an answer. */
export interface Measured {
  usage: Pick<UsageReport, 'tokensIn' | 'tokensOut' | 'usdNano'>;
  durationMs: number;
  model: string;
  provider: string;
  nowMs: number;
}

/** An answer for the history. */
export interface NewTurn {
  prompt: string;
  text: string;
  sources: readonly Source[];
  attachments: readonly Attachment[];
  mode: Mode;
  metrics: Metrics;
  /** false: it is not part of later prompts. */
  isIncluded: boolean;
  thoughts?: readonly string[];
  outputs?: readonly unknown[];
}

/** The history of a chat: of a workspace, a thread, a session, a widget. */
export interface Conversation {
  /** Oldest first. */
  recent(limit: number): Promise<Turn[]>;
  /** @returns the id of the chat; undefined: it is not stored. */
  record(turn: NewTurn): Promise<number | undefined>;
  /** Earlier turns are not part of later prompts. */
  reset(): Promise<void>;
}

/** A system prompt, its variables expanded. */
export interface Instructions {
  text: string;
  /** Values in it that no answer may contain. */
  secrets: readonly string[];
}

export interface ChatRequest {
  workspace: Workspace;
  conversation: Conversation;
  /** '' with `isReset`: only the reset is requested. */
  message: string;
  mode: Mode;
  attachments: readonly Attachment[];
  /** Whether an attachment is a document, which is read and goes into the prompt as text. @default never */
  isDocument?: (attachment: Attachment) => boolean;
  isReset: boolean;
  instructions(): Promise<Instructions>;
  /** Replaces the workspace's, if the surface lets callers choose. */
  temperature?: number | undefined;
  model?: string | undefined;
  /** No agent and no commands. */
  noAgent?: boolean;
  /** Sources of earlier answers do not complete the passages: the history is the caller's. */
  noBackfill?: boolean;
  /** Whether the text is streamed. */
  isStream: boolean;
  /** Of the caller's key; undefined: every model. */
  selector: NameSelector | undefined;
  /** A new account for each request to a model: agents make several. */
  account(): Account;
  metrics: (measured: Measured) => Metrics;
  /** Pays for embedding the query. */
  searchPayer: Payer;
  signal: AbortSignal;
}

export interface Answered {
  kind: 'answered';
  text: string;
  /** Pinned documents, attachments and passages; not those of earlier answers. */
  sources: readonly Source[];
  metrics: Metrics;
  chatId: number | undefined;
  finishReason: string;
  /** Of an agent. */
  thoughts?: readonly string[];
  outputs?: readonly unknown[];
}

export type Ending =
  | Answered
  | { kind: 'reset' }
  /** Mode `query` without documents or passages; no model was asked. */
  | { kind: 'refused'; text: string; because: 'nothing_embedded' | 'nothing_found' }
  /** The model's answer has no text. */
  | { kind: 'empty'; metrics: Metrics }
  | { kind: 'failed'; failure: Failure }
  /** The caller left. */
  | { kind: 'gone' };

/** The last event is an Ending. */
export type ChatEvent =
  | { kind: 'text'; text: string; isAgent?: true }
  /** The next action of an agent. */
  | { kind: 'thought'; text: string }
  | Ending;
