import { randomUUID } from 'node:crypto';
import { KeywardError } from '../base/errors.ts';
import { nextId } from '../storage/index.ts';
import type { Workspace } from '../workspaces/index.ts';
import { admit } from './admission.ts';
import type { NotAdmitted } from './admission.ts';
import type { PastChat, VisitorEvent } from './answering.ts';
import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';
import { insertChat, listChats } from './embed-chat-store.ts';
import { findEmbed } from './embed-store.ts';
import { isAllowedOrigin } from './origins.ts';
import { shownAddress } from './visitor.ts';

const MESSAGE_MAX_CHARACTERS = 20_000;
const PROMPT_MAX_CHARACTERS = 20_000;
const USERNAME_MAX_CHARACTERS = 200;
const HISTORY_DEFAULT = 20;
const HISTORY_MAX = 200;
/** Of all visitors together, in one process: what is answered to strangers must leave room for those with keys. */
const AT_ONCE_MAX = 32;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Where a request to a widget comes from. */
export interface Visit {
  uuid: string;
  /** The `Origin` that the browser sent. */
  origin: string | undefined;
  ip: string;
}

/** Why a visitor is not answered; `error` is what the page shows. */
export interface Turned {
  status: number;
  error: string;
  errorMsg?: string;
}

const INVALID: Turned = { status: 401, error: 'Invalid request.' };
const CLOSED: Turned = {
  status: 503,
  error: 'This chat has been disabled by the administrator - try again later.',
};
const BUSY = 'Too many chats at once - try again in a moment.';

const NOT_ADMITTED: Record<NotAdmitted, Turned> = {
  gone: CLOSED,
  address: { status: 429, error: 'Too many messages from your network. Try again later.' },
  day: {
    status: 429,
    error: 'Rate limit exceeded',
    errorMsg: 'The quota for this chat has been reached. Try again later or contact the site owner.',
  },
  session: {
    status: 429,
    error: 'Your quota for this chat has been reached. Try again later or contact the site owner.',
  },
};

/** The widget that a page calls; undefined where there is none, a refusal where the page may not use it. */
export async function visit(
  { storage }: WidgetsContext,
  { uuid, origin }: Visit,
): Promise<Embed | Turned | undefined> {
  const embed = await findEmbed(storage.db, uuid);
  if (embed === undefined) return undefined;
  if (!embed.enabled) return CLOSED;
  return isAllowedOrigin(embed.allowlist, origin) ? embed : INVALID;
}

export const isTurned = (value: Embed | Turned): value is Turned => 'status' in value;

/** What a page sends with a question; anything may be anything. */
export type Asked = Record<string, unknown>;

/** One frame of the answer, as pages of the widget read it. */
export type Frame = Record<string, unknown>;

interface Question {
  embed: Embed;
  workspace: Workspace;
  sessionId: string;
  message: string;
  asked: Asked;
  visit: Visit;
  signal: AbortSignal;
}

/**
 * Answers a visitor: frames as they come, or why not. Frames have to be read to their end, or returned from.
 * @param embed from `visit`.
 */
export async function ask(
  context: WidgetsContext,
  embed: Embed,
  { asked, visit: from, signal }: { asked: Asked; visit: Visit; signal: AbortSignal },
): Promise<{ frames: AsyncGenerator<Frame> } | { turned: Turned }> {
  const { sessionId, message } = asked;
  if (typeof sessionId !== 'string' || !UUID.test(sessionId))
    return { turned: { status: 404, error: 'Invalid session ID.' } };
  if (typeof message !== 'string' || message.trim() === '')
    return { turned: { status: 400, error: 'Message is empty.' } };
  if (message.length > MESSAGE_MAX_CHARACTERS)
    return { turned: { status: 400, error: `Message is longer than ${MESSAGE_MAX_CHARACTERS} characters.` } };
  const admission = await admit(context, { uuid: embed.uuid, sessionId, ip: from.ip });
  if (admission !== 'admitted') return { turned: NOT_ADMITTED[admission] };
  const workspace = await context.workspaces.findCoveredById('everything', embed.workspaceId);
  if (workspace === undefined) return { turned: CLOSED };
  const question = { embed, workspace, sessionId, message, asked, visit: from, signal };
  return { frames: answered(context, question) };
}

async function* answered(context: WidgetsContext, question: Question): AsyncGenerator<Frame> {
  const { underWay, logger } = context;
  if (underWay.count >= AT_ONCE_MAX) {
    yield abortFrame(BUSY);
    return;
  }
  underWay.count++;
  try {
    yield* framesOf(context, question);
  } catch (error) {
    if (!(error instanceof KeywardError)) logger.error({ err: error }, 'a widget got no answer');
    yield abortFrame(error instanceof KeywardError ? error.message : 'The answer could not be completed.');
  } finally {
    underWay.count--;
  }
}

/** As the original's pages know a question that is not answered. */
export const abortFrame = (error: string, errorMsg?: string): Frame => ({
  id: randomUUID(),
  type: 'abort',
  textResponse: null,
  sources: [],
  close: true,
  error,
  ...(errorMsg === undefined ? {} : { errorMsg }),
});

const EMPTY_HANDED = 'I do not have enough information to answer that. Try another question.';

async function* framesOf(context: WidgetsContext, question: Question): AsyncGenerator<Frame> {
  const uuid = randomUUID();
  const frame = (textResponse: string, close: boolean): Frame => ({
    uuid,
    sources: [],
    type: 'textResponseChunk',
    textResponse,
    close,
    error: false,
  });
  let said = '';
  for await (const event of context.answer(await asEngineTakesIt(context, question))) {
    if (event.type === 'text') {
      said += event.text;
      yield frame(event.text, false);
    } else if (event.type === 'refusal') {
      yield refusalFrame(uuid, event.text ?? EMPTY_HANDED);
      return;
    } else {
      await keep(context, question, { said, end: event });
      yield frame('', true);
    }
  }
}

const refusalFrame = (id: string, textResponse: string): Frame => ({
  id,
  type: 'textResponse',
  textResponse,
  sources: [],
  close: true,
  error: null,
});

async function asEngineTakesIt(
  context: WidgetsContext,
  { embed, workspace, sessionId, message, asked, signal }: Question,
): Promise<Parameters<WidgetsContext['answer']>[0]> {
  const { prompt, model, temperature: wanted } = asked;
  const temperature =
    typeof wanted === 'number' ? wanted : Number.parseFloat(typeof wanted === 'string' ? wanted : '');
  const changed = { ...workspace };
  if (embed.allowPromptOverride && typeof prompt === 'string' && prompt !== '')
    changed.openAiPrompt = prompt.slice(0, PROMPT_MAX_CHARACTERS);
  if (embed.allowTemperatureOverride && Number.isFinite(temperature))
    changed.openAiTemp = Math.min(Math.max(temperature, 0), 2);
  return {
    workspace: changed,
    mode: embed.chatMode,
    message,
    history: await historyOf(context, embed, sessionId),
    model: embed.allowModelOverride && typeof model === 'string' && model !== '' ? model : undefined,
    signal,
  };
}

async function historyOf(
  { storage }: WidgetsContext,
  { id, messageLimit }: Embed,
  sessionId: string,
): Promise<PastChat[]> {
  const last = Math.min(messageLimit ?? HISTORY_DEFAULT, HISTORY_MAX);
  const rows = await listChats(storage.db, id, { sessionId, onlyIncluded: true, last });
  return rows.map(({ prompt, response }) => {
    const { text, sources } = JSON.parse(response) as { text: string; sources: PastChat['sources'] };
    return { prompt, text, sources };
  });
}

type End = Extract<VisitorEvent, { type: 'end' }>;

async function keep(
  { storage, clock }: WidgetsContext,
  { embed, sessionId, message, asked, visit: { origin, ip } }: Question,
  { said, end: { sources, metrics } }: { said: string; end: End },
): Promise<void> {
  const { username } = asked;
  const connection = {
    ...(origin === undefined ? {} : { host: origin }),
    ip: shownAddress(ip),
    username:
      typeof username === 'string' && username !== '' ? username.slice(0, USERNAME_MAX_CHARACTERS) : null,
  };
  await storage.transaction(async (tx) => {
    // It may be gone since: then there is nothing to keep the chat under.
    if ((await findEmbed(tx, embed.uuid)) === undefined) return;
    await insertChat(tx, {
      id: await nextId(tx, 'embed_chats'),
      embed_id: embed.id,
      session_id: sessionId,
      prompt: message,
      response: JSON.stringify({ text: said, type: embed.chatMode, sources, metrics }),
      included: 1,
      connection_information: JSON.stringify(connection),
      created_at: clock.nowMs(),
    });
  });
}
