import type { Caller } from '../../access/index.ts';
import { isMode, readAttachments, workspaceConversation } from '../../chat/index.ts';
import type { ChatRequest, Instructions, Mode } from '../../chat/index.ts';
import type { Actor } from '../../keys/index.ts';
import type { Thread, Workspace } from '../../workspaces/index.ts';
import { accountsOf } from '../../models/index.ts';
import type { Payer } from '../../models/index.ts';
import type { Call } from '../../http/index.ts';
import type { Services } from '../../http/index.ts';
import { flagField, textField, wholeField } from '../body-fields.ts';

/** A question, from a request. */
export type Question = Payer & Pick<Call, 'signal'> & { body: unknown; actor: Actor };
/** The same of a key. */
export type Asking = Question & { caller: Caller };

/** What somebody wants to be told, as read from a body that may hold anything. */
export interface Wish {
  message: string;
  mode: Mode;
  isReset: boolean;
  sessionId: string | null;
  userId: number | undefined;
}

/** It is kept, and read again with each question that follows. No window holds more. */
export const MESSAGE_MAX_CHARACTERS = 1_000_000;
export const TOO_LONG = `Message is longer than ${MESSAGE_MAX_CHARACTERS} characters`;

/** @returns the wish, or what is wrong with it in the words that clients know. */
export function readWish(body: unknown, workspace: Workspace): Wish | { problem: string } {
  const fields = body as Readonly<Record<string, unknown>>;
  const message = textField(fields, 'message') ?? '';
  const mode = fields['mode'] ?? workspace.chatMode;
  const isReset = flagField(fields, 'reset');
  if (!isReset && message === '') return { problem: 'Message is empty' };
  if (message.length > MESSAGE_MAX_CHARACTERS) return { problem: TOO_LONG };
  if (!isReset && !isMode(mode)) return { problem: `${shown(mode)} is not a valid mode.` };
  const sessionId = sessionOf(fields['sessionId']);
  if (sessionId === undefined) return { problem: SESSION_UNFIT };
  return {
    message,
    mode: isMode(mode) ? mode : workspace.chatMode,
    isReset,
    sessionId,
    userId: wholeField(fields, 'userId'),
  };
}

/** An index of PostgreSQL holds no more than 2,700 bytes. */
export const SESSION_MAX_CHARACTERS = 500;
const SESSION_UNFIT = `sessionId must be a number, or text of at most ${SESSION_MAX_CHARACTERS} characters.`;

/**
 * Ids of users are numbers in many places. What is neither is no session that could be told from another, and what is said in
 * it must not land in the conversation that all share: undefined.
 */
function sessionOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.length <= SESSION_MAX_CHARACTERS ? value : undefined;
}

const SHOWN_CHARACTERS = 100;
const shown = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, SHOWN_CHARACTERS);

export interface ChatUser {
  id: number;
  username: string;
  bio: string | null;
}

export interface WorkspaceChat {
  workspace: Workspace;
  wish: Wish;
  thread?: Thread;
  user?: ChatUser | undefined;
  isStream: boolean;
}

/** A chat in a workspace, a session of it or a thread, as the engine takes it. */
export function chatRequest(services: Services, asking: Question, chat: WorkspaceChat): ChatRequest {
  const { workspace, wish, thread, user, isStream } = chat;
  const conversation = workspaceConversation(services, asking.actor, {
    workspaceId: workspace.id,
    threadId: thread?.id ?? null,
    apiSessionId: wish.sessionId,
    userId: user?.id ?? null,
  });
  const { message, mode, isReset } = wish;
  return {
    ...requestBy(services, asking, workspace),
    instructions: () => instructionsOf(services, workspace, user),
    attachments: readAttachments((asking.body as Record<string, unknown>)['attachments']),
    conversation,
    message,
    mode,
    isReset,
    isStream,
  };
}

/** What is the same in every chat. */
export function requestBy(
  services: Services,
  asking: Question,
  workspace: Workspace,
): Pick<ChatRequest, 'workspace' | 'selector' | 'account' | 'searchPayer' | 'signal'> {
  const { models } = asking.caller.selectors;
  return {
    workspace,
    selector: models,
    account: accountsOf(services, asking),
    searchPayer: { account: accountsOf(services, asking, { isAside: true }) },
    signal: asking.signal,
  };
}

export async function instructionsOf(
  { workspaces, clock }: Services,
  workspace: Workspace,
  user?: ChatUser,
): Promise<Instructions> {
  const template = workspace.openAiPrompt ?? (await workspaces.defaultPrompt());
  return workspaces.variables.expand(template, {
    workspace,
    user: user === undefined ? null : { name: user.username, bio: user.bio },
    nowMs: clock.nowMs(),
    given: workspace.openAiPrompt === null ? null : workspace.givenVariables,
  });
}
