import type { ErrorCode } from '../base/errors.ts';
import type { ChatRequest, Conversation, Instructions, NewTurn } from '../chat/index.ts';
import { nextId } from '../storage/index.ts';
import type { Workspace } from '../workspaces/index.ts';
import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';
import { insertChat, recentChats } from './embed-chat-store.ts';
import { findEmbed } from './embed-store.ts';
import { forget } from './sessions.ts';
import { shownAddress } from './visitor.ts';

const PROMPT_MAX_CHARACTERS = 20_000;
const USERNAME_MAX_CHARACTERS = 200;
const HISTORY_DEFAULT = 20;
const HISTORY_MAX = 200;
const MODEL_MAX_CHARACTERS = 300;

export interface Visit {
  uuid: string;
  /** The `Origin` that the browser sent. */
  origin: string | undefined;
  ip: string;
}

/** The account and the models of a question, from the widget's key. */
export interface Bill extends Pick<ChatRequest, 'account' | 'searchPayer' | 'selector' | 'metrics'> {
  /**
   * Counts the question against limits and budgets. The returned function is called at its end.
   * @throws KeywardError `rate_limited`, `budget_exceeded`
   */
  spend(): Promise<() => void>;
  /** Counts the question as refused. */
  refused(code: ErrorCode): void;
}

/** An admitted question of a visitor. */
export interface Question {
  embed: Embed;
  workspace: Workspace;
  sessionId: string;
  message: string;
  /** The body from the page, unchecked. */
  asked: Readonly<Record<string, unknown>>;
  visit: Visit;
  bill: Bill;
  signal: AbortSignal;
}

/** For the chat engine. The page's own prompt, model and temperature count only where the widget allows it. */
export function chatRequest(context: WidgetsContext, question: Question): ChatRequest {
  const { embed, workspace, message, asked, bill, signal } = question;
  const { model } = asked;
  const isModel = typeof model === 'string' && model !== '' && model.length <= MODEL_MAX_CHARACTERS;
  return {
    workspace: {
      ...workspace,
      openAiHistory: Math.min(embed.messageLimit ?? HISTORY_DEFAULT, HISTORY_MAX),
    },
    conversation: conversationOf(context, question),
    message,
    mode: embed.chatMode,
    attachments: [],
    isReset: false,
    instructions: () => instructions(context, question),
    temperature: embed.allowTemperatureOverride ? readTemperature(asked['temperature']) : undefined,
    model: embed.allowModelOverride && isModel ? model : undefined,
    noAgent: true,
    isStream: true,
    selector: bill.selector,
    account: () => bill.account(),
    metrics: bill.metrics,
    searchPayer: bill.searchPayer,
    signal,
  };
}

function readTemperature(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number.parseFloat(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.min(Math.max(number, 0), 2) : undefined;
}

/** Variables in a page's own prompt are not replaced: a stranger could have their values read out. Guarded by widget.test.ts. */
async function instructions(
  { workspaces }: WidgetsContext,
  { embed, workspace, asked: { prompt } }: Question,
): Promise<Instructions> {
  if (embed.allowPromptOverride && typeof prompt === 'string' && prompt !== '')
    return { text: prompt.slice(0, PROMPT_MAX_CHARACTERS), secrets: [] };
  return workspaces.instructions(workspace, null);
}

function conversationOf(context: WidgetsContext, question: Question): Conversation {
  const { storage } = context;
  const { embed, sessionId } = question;
  return {
    recent: async (limit) => {
      const rows = await recentChats(storage.db, { embedId: embed.id, sessionId }, limit);
      return rows.map(({ prompt, response }) => {
        const { text, sources } = JSON.parse(response) as Pick<NewTurn, 'text' | 'sources'>;
        return { prompt, text, sources, attachments: [] };
      });
    },
    record: (turn) => record(context, question, turn),
    reset: () => forget(context, embed, sessionId),
  };
}

async function record(
  { storage, clock }: WidgetsContext,
  { embed, sessionId, asked: { username }, visit: { origin, ip } }: Question,
  { prompt, text, sources, metrics, isIncluded }: NewTurn,
): Promise<number | undefined> {
  // A refusal is not stored.
  if (!isIncluded) return undefined;
  const connection = {
    ...(origin === undefined ? {} : { host: origin }),
    ip: shownAddress(ip),
    username:
      typeof username === 'string' && username !== '' ? username.slice(0, USERNAME_MAX_CHARACTERS) : null,
  };
  return storage.transaction(async (tx) => {
    // The widget may have been deleted in the meantime.
    if ((await findEmbed(tx, embed.uuid)) === undefined) return undefined;
    const id = await nextId(tx, 'embed_chats');
    await insertChat(tx, {
      id,
      embedId: embed.id,
      sessionId,
      prompt,
      response: JSON.stringify({ text, type: embed.chatMode, sources, metrics }),
      included: 1,
      connectionInformation: JSON.stringify(connection),
      createdAt: clock.nowMs(),
    });
    return id;
  });
}
