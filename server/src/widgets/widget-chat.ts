import { randomUUID } from 'node:crypto';
import { KeywardError, type ErrorCode } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { ChatEvent } from '../chat/index.ts';
import type { Workspace } from '../workspaces/index.ts';
import { admit, type NotAdmitted } from './admission.ts';
import { chatRequest, type Bill, type Question, type Visit } from './answering.ts';
import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';
import { findEmbed } from './embed-store.ts';
import { isAllowedOrigin } from './origins.ts';
import { payerOf } from './payer.ts';

const MESSAGE_MAX_CHARACTERS = 20_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Why a visitor is not answered; `error` is what the page shows, `code` what the report counts. */
export interface Turned {
  status: number;
  code: ErrorCode;
  error: string;
  errorMsg?: string;
}

const INVALID: Turned = { status: 401, code: 'forbidden_resource', error: 'Invalid request.' };
const CLOSED: Turned = {
  status: 503,
  code: 'not_found',
  error: 'This chat has been disabled by the administrator - try again later.',
};
/** The key that paid for it has ended, or nobody pays for it yet: its administrator sees which (embeds.ts, `state`). */
const ENDED: Turned = {
  status: 503,
  code: 'forbidden_resource',
  error: 'This chat is not available. Please tell the owner of this page.',
};
const UNREADABLE = { status: 400, code: 'invalid_input' } as const;
const BUSY = 'Too many chats at once - try again in a moment.';

const LIMITED = { status: 429, code: 'rate_limited' } as const;
const QUOTA = {
  error: 'Rate limit exceeded',
  errorMsg: 'The quota for this chat has been reached. Try again later or contact the site owner.',
};

const NOT_ADMITTED: Record<NotAdmitted, Turned> = {
  gone: CLOSED,
  address: { ...LIMITED, error: 'Too many messages from your network. Try again later.' },
  day: { ...LIMITED, ...QUOTA },
  session: {
    ...LIMITED,
    error: 'Your quota for this chat has been reached. Try again later or contact the site owner.',
  },
};

/** The widget that a page calls, and why the page may not use it; undefined: there is none. */
export async function visit(
  context: WidgetsContext,
  { uuid, origin }: Visit,
): Promise<{ embed: Embed; turned?: Turned } | undefined> {
  const embed = await findEmbed(context.storage.db, uuid);
  if (embed === undefined) return undefined;
  if (!embed.enabled) return { embed, turned: CLOSED };
  if (!isAllowedOrigin(embed.allowlist, origin)) return { embed, turned: INVALID };
  const workspace = await context.workspaces.findCoveredById('everything', embed.workspaceId);
  if (workspace === undefined) return { embed, turned: CLOSED };
  const payer = await payerOf(context, embed, workspace.slug);
  return payer === undefined ? { embed, turned: ENDED } : { embed };
}

/** One frame of the answer, as pages of the widget read it. */
export type Frame = Record<string, unknown>;

interface Asking extends Pick<Question, 'asked' | 'visit' | 'signal'> {
  /** Asked for once the question was let in: a crowd that is not costs no look-up. undefined: the payer has ended. */
  bill: (workspace: Workspace) => Promise<Bill | undefined>;
}

/**
 * Answers a visitor: frames as they come, or why not. Frames have to be read to their end, or returned from.
 * @param embed from `visit`.
 */
export async function ask(
  context: WidgetsContext,
  embed: Embed,
  { asked, visit: from, bill, signal }: Asking,
): Promise<{ frames: AsyncGenerator<Frame> } | { turned: Turned }> {
  const { sessionId, message } = asked;
  if (typeof sessionId !== 'string' || !UUID.test(sessionId))
    return { turned: { status: 404, code: 'invalid_input', error: 'Invalid session ID.' } };
  if (typeof message !== 'string' || message.trim() === '')
    return { turned: { ...UNREADABLE, error: 'Message is empty.' } };
  if (message.length > MESSAGE_MAX_CHARACTERS)
    return {
      turned: { ...UNREADABLE, error: `Message is longer than ${MESSAGE_MAX_CHARACTERS} characters.` },
    };
  const admission = await admit(context, { uuid: embed.uuid, sessionId, ip: from.ip });
  if (admission !== 'admitted') return { turned: NOT_ADMITTED[admission] };
  const workspace = await context.workspaces.findCoveredById('everything', embed.workspaceId);
  if (workspace === undefined) return { turned: CLOSED };
  const billed = await bill(workspace);
  if (billed === undefined) return { turned: ENDED };
  const question = { embed, workspace, sessionId, message, asked, visit: from, bill: billed, signal };
  return { frames: answered(context, question) };
}

async function* answered(context: WidgetsContext, question: Question): AsyncGenerator<Frame> {
  const { places, logger } = context;
  const leave = places.take(question.visit.ip);
  if (leave === undefined) {
    question.bill.refused('rate_limited');
    yield abortFrame(BUSY);
    return;
  }
  let release: (() => void) | undefined;
  try {
    release = await question.bill.spend();
    const uuid = randomUUID();
    for await (const event of await context.chat.answer(chatRequest(context, question))) {
      const frame = frameOf(context, question, { uuid, event });
      if (frame !== undefined) yield frame;
    }
  } catch (error) {
    yield unanswered(question, error, logger);
  } finally {
    release?.();
    leave();
  }
}

/** A spent budget or a limit of the payer is one more quota of the widget; anything else is the operator's business. */
function unanswered({ embed, bill }: Question, error: unknown, logger: Logger): Frame {
  const code = error instanceof KeywardError ? error.code : 'internal';
  bill.refused(code);
  if (code === 'budget_exceeded' || code === 'rate_limited') return abortFrame(QUOTA.error, QUOTA.errorMsg);
  logger.error({ err: error, widget: embed.uuid }, 'a widget got no answer');
  return abortFrame(NO_ANSWER);
}

/** What went wrong is the operator's business: it may name servers and accounts. Guarded by widget.test.ts. */
const NO_ANSWER = 'The answer could not be completed. Try again later.';

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

function frameOf(
  { logger }: WidgetsContext,
  question: Question,
  { uuid, event }: { uuid: string; event: ChatEvent },
): Frame | undefined {
  if (event.kind === 'text') return pieceFrame(uuid, event.text);
  if (event.kind === 'answered') return { ...pieceFrame(uuid, ''), close: true };
  if (event.kind === 'refused') return wholeFrame(uuid, refusalText(question, event));
  if (event.kind === 'reset') return wholeFrame(uuid, 'Chat history was reset!');
  if (event.kind === 'empty') return abortFrame('No text completion could be completed with this input.');
  if (event.kind !== 'failed') return undefined;
  const { status, code } = event.failure;
  logger.warn({ widget: question.embed.uuid, status, code }, 'a widget got no answer');
  return abortFrame(NO_ANSWER);
}

const pieceFrame = (uuid: string, textResponse: string): Frame => ({
  uuid,
  sources: [],
  type: 'textResponseChunk',
  textResponse,
  close: false,
  error: false,
});

const wholeFrame = (id: string, textResponse: string): Frame => ({
  id,
  type: 'textResponse',
  textResponse,
  sources: [],
  close: true,
  error: null,
});

const refusalText = (
  { workspace }: Question,
  { text, because }: { text: string; because: 'nothing_embedded' | 'nothing_found' },
): string =>
  because === 'nothing_embedded' && workspace.queryRefusalResponse === null ? EMPTY_HANDED : text;
