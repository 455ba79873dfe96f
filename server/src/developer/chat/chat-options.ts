import { Type } from 'typebox';
import type { Actor, Caller } from '../../access/index.ts';
import { isMode, readAttachments, workspaceConversation } from '../../chat/index.ts';
import type { ChatRequest, Instructions, Mode } from '../../chat/index.ts';
import type { Thread, Workspace } from '../../workspaces/index.ts';
import { accountsOf, type Payer } from '../../models/index.ts';
import type { Call, Decoded } from '../../http/index.ts';
import type { Services } from '../services.ts';
import { asSent, field, flag, text, whole } from '../fields.ts';
import { metricsOf } from './chat-metrics.ts';

/** An index of PostgreSQL holds no more than 2,700 bytes. */
const SESSION_MAX_CHARACTERS = 500;

/**
 * Ids of users are numbers in many places. What is neither is no session that could be told from another, and what is said in
 * it must not land in the conversation that all share: false.
 */
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

/** What a question is made of. */
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
  userId: Type.Optional(whole({ description: 'Who says it; in multi-user mode' })),
});
export type QuestionBody = Decoded<typeof ThreadQuestion> &
  Partial<Pick<Decoded<typeof SessionQuestion>, 'sessionId'>>;

/** A question, from a request. */
export type Question = Payer & Pick<Call, 'signal'> & { actor: Actor };
/** The same of a key. */
export type Asking = Question & { caller: Caller };

/** What somebody wants to be told. */
export interface ChatOptions {
  message: string;
  mode: Mode;
  isReset: boolean;
  sessionId: string | null;
  userId: number | undefined;
  attachments: unknown;
}

/** It is kept, and read again with each question that follows. No window holds more. */
export const MESSAGE_MAX_CHARACTERS = 1_000_000;
export const TOO_LONG = `Message is longer than ${MESSAGE_MAX_CHARACTERS} characters`;

/** @returns the options, or what is wrong with it in the words that clients know. */
export function readOptions(body: QuestionBody, workspace: Workspace): ChatOptions | { problem: string } {
  const { message = '', reset: isReset, sessionId = null, userId, attachments } = body;
  const mode = body.mode ?? workspace.chatMode;
  if (!isReset && message === '') return { problem: 'Message is empty' };
  if (message.length > MESSAGE_MAX_CHARACTERS) return { problem: TOO_LONG };
  if (!isReset && !isMode(mode)) return { problem: `${shown(mode)} is not a valid mode.` };
  if (sessionId === false) return { problem: SESSION_UNFIT };
  return {
    message,
    mode: isMode(mode) ? mode : workspace.chatMode,
    isReset,
    sessionId,
    userId,
    attachments,
  };
}

const SESSION_UNFIT = `sessionId must be a number, or text of at most ${SESSION_MAX_CHARACTERS} characters.`;

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
  options: ChatOptions;
  thread?: Thread;
  user?: ChatUser | undefined;
  isStream: boolean;
}

/** A chat in a workspace, a session of it or a thread, as the engine takes it. */
export function chatRequest(services: Services, asking: Question, chat: WorkspaceChat): ChatRequest {
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
    instructions: () => instructionsOf(services, workspace, user),
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
