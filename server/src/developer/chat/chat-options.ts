import { Type } from 'typebox';
import type { Actor, Caller } from '../../access/index.ts';
import { isMode, readAttachments, workspaceConversation } from '../../chat/index.ts';
import type { ChatRequest, Mode } from '../../chat/index.ts';
import type { Session, User } from '../../identity/index.ts';
import type { Thread, Workspace } from '../../workspaces/index.ts';
import { accountsOf, type Payer } from '../../models/index.ts';
import type { Call, Decoded } from '../../http/index.ts';
import type { ChatServices } from '../services.ts';
import { asSent, field, flag, text, whole } from '../fields.ts';
import { metricsOf } from './chat-metrics.ts';

/** An index of PostgreSQL holds no more than 2,700 bytes. */
const SESSION_MAX_CHARACTERS = 500;

/** @returns false for a value that names no session: its chat must not become part of the conversation that all share. */
function readSession(value: unknown): string | null | false {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.length <= SESSION_MAX_CHARACTERS ? value : false;
}

/** Clients mark documents by it. Other attachments are images. */
const DOCUMENT_MIME = 'application/anythingllm-document';

const Attachment = Type.Object({
  name: Type.String(),
  mime: Type.String({ description: `${DOCUMENT_MIME}, or the type of an image` }),
  contentString: Type.String({ description: 'A data URI' }),
});

export const questionFields = {
  message: text({ description: '@agent at its beginning has an agent answer' }),
  ...asSent({
    mode: Type.Optional(Type.Enum(['automatic', 'query', 'chat'])),
    attachments: Type.Optional(Type.Array(Attachment)),
  }),
  reset: Type.Optional(flag({ description: 'The model is shown nothing of what was said before' })),
};
export const SessionQuestion = Type.Object({
  ...questionFields,
  sessionId: Type.Optional(
    field(
      Type.Union([Type.String({ maxLength: SESSION_MAX_CHARACTERS }), Type.Number()], {
        description: 'A conversation of its own',
      }),
      readSession,
    ),
  ),
});
export const ThreadQuestion = Type.Object({
  ...questionFields,
  userId: Type.Optional(whole({ description: 'The user who asks, in multi-user mode' })),
});
export type QuestionBody = Decoded<typeof ThreadQuestion> &
  Partial<Pick<Decoded<typeof SessionQuestion>, 'sessionId'>>;

/** The request of a session. */
export type Question = Payer & Pick<Call, 'signal'> & { actor: Actor };
/** The request of a key, or of a session that serves in its place. */
export type Asking = Question & { caller: Caller; session: Session | undefined };

export interface ChatOptions {
  message: string;
  mode: Mode;
  isReset: boolean;
  sessionId: string | null;
  userId: number | undefined;
  attachments: unknown;
}

/** The message is stored, and read again with each later question; no model takes more. */
export const MESSAGE_MAX_CHARACTERS = 1_000_000;
export const TOO_LONG = `Message is longer than ${MESSAGE_MAX_CHARACTERS} characters`;

/** @returns the options, or the problem in the words that clients expect. */
export function readOptions(body: QuestionBody, workspace: Workspace): ChatOptions | { problem: string } {
  const { message = '', reset: isReset, sessionId = null, userId, attachments } = body;
  const mode = body.mode ?? workspace.chatMode;
  if (!isReset && message === '') return { problem: 'Message is empty' };
  if (message.length > MESSAGE_MAX_CHARACTERS) return { problem: TOO_LONG };
  if (!isReset && !isMode(mode)) return { problem: `${shown(mode)} is not a valid mode.` };
  if (sessionId === false) return { problem: SESSION_UNFIT };
  const known = isMode(mode) ? mode : workspace.chatMode;
  return { message, mode: known, isReset, sessionId, userId, attachments };
}

const SESSION_UNFIT = `sessionId must be a number, or text of at most ${SESSION_MAX_CHARACTERS} characters.`;

const SHOWN_CHARACTERS = 100;
const shown = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, SHOWN_CHARACTERS);

export interface WorkspaceChat {
  workspace: Workspace;
  options: ChatOptions;
  thread?: Thread;
  user?: User | undefined;
  isStream: boolean;
}

/** A chat in a workspace, one of its sessions or a thread, for the chat engine. */
export function chatRequest(services: ChatServices, asking: Question, chat: WorkspaceChat): ChatRequest {
  const { workspace, options, thread, user, isStream } = chat;
  const conversation = workspaceConversation(services, asking.actor, {
    workspaceId: workspace.id,
    threadId: thread?.id ?? null,
    apiSessionId: options.sessionId,
    userId: user?.id ?? null,
  });
  const { message, mode, isReset } = options;
  return {
    ...requestBy(services, asking, workspace),
    instructions: () => services.workspaces.instructions(workspace, user ?? null),
    attachments: readAttachments(options.attachments),
    isDocument: ({ mime }) => mime.toLowerCase() === DOCUMENT_MIME,
    conversation,
    message,
    mode,
    isReset,
    isStream,
    metrics: metricsOf(isStream),
  };
}

/** The part that every chat has in common. */
export function requestBy(
  services: ChatServices,
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
