import { KeywardError } from '../base/errors.ts';
import type { ChatEvent } from '../chat/index.ts';
import type { Workspace } from '../workspaces/index.ts';
import { admit, type NotAdmitted } from './admission.ts';
import { chatRequest, type Bill, type Question, type Visit } from './answering.ts';
import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';
import { findEmbed } from './embed-store.ts';
import { isAllowedOrigin } from './origins.ts';
import { payerOf } from './payer.ts';

export const MESSAGE_MAX_CHARACTERS = 20_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Why a visitor gets no answer. `ended`: the key that paid has ended, or nobody pays yet. */
export type Refusal = 'site' | 'ended' | 'session_id' | 'no_message' | 'long_message' | NotAdmitted;

/** The same once the answer has begun. `quota`: a budget or a limit of the payer is reached. */
export type WidgetEvent = ChatEvent | { kind: 'busy' | 'quota' | 'unanswered' };

/** The widget, and why the page may not use it. @returns undefined where the widget does not exist. */
export async function visit(
  context: WidgetsContext,
  { uuid, origin }: Visit,
): Promise<{ embed: Embed; refusal?: Refusal } | undefined> {
  const embed = await findEmbed(context.storage.db, uuid);
  if (embed === undefined) return undefined;
  if (!embed.enabled) return { embed, refusal: 'closed' };
  if (!isAllowedOrigin(embed.allowlist, origin)) return { embed, refusal: 'site' };
  const workspace = await context.workspaces.findCoveredById('everything', embed.workspaceId);
  if (workspace === undefined) return { embed, refusal: 'closed' };
  const payer = await payerOf(context, embed, workspace.slug);
  return payer === undefined ? { embed, refusal: 'ended' } : { embed };
}

interface Asking extends Pick<Question, 'asked' | 'visit' | 'signal'> {
  /** Called for admitted questions alone: refused ones cost no look-up. undefined: the payer has ended. */
  bill: (workspace: Workspace) => Promise<Bill | undefined>;
}

/**
 * Answers a visitor. The events have to be read to their end, or returned from.
 * @param embed from `visit`.
 */
export async function ask(
  context: WidgetsContext,
  embed: Embed,
  { asked, visit: from, bill, signal }: Asking,
): Promise<{ events: AsyncGenerator<WidgetEvent> } | { refusal: Refusal }> {
  const { sessionId, message } = asked;
  if (typeof sessionId !== 'string' || !UUID.test(sessionId)) return { refusal: 'session_id' };
  if (typeof message !== 'string' || message.trim() === '') return { refusal: 'no_message' };
  if (message.length > MESSAGE_MAX_CHARACTERS) return { refusal: 'long_message' };
  const admission = await admit(context, { uuid: embed.uuid, sessionId, ip: from.ip });
  if (admission !== 'admitted') return { refusal: admission };
  const workspace = await context.workspaces.findCoveredById('everything', embed.workspaceId);
  if (workspace === undefined) return { refusal: 'closed' };
  const billed = await bill(workspace);
  if (billed === undefined) return { refusal: 'ended' };
  const question = { embed, workspace, sessionId, message, asked, visit: from, bill: billed, signal };
  return { events: answered(context, question) };
}

const QUOTA = new Set(['budget_exceeded', 'budget_too_small', 'rate_limited']);

async function* answered(context: WidgetsContext, question: Question): AsyncGenerator<WidgetEvent> {
  const { embed, bill, visit: from } = question;
  const { places, logger } = context;
  const releasePlace = places.take(from.ip);
  if (releasePlace === undefined) {
    bill.refused('rate_limited');
    yield { kind: 'busy' };
    return;
  }
  let release: (() => void) | undefined;
  try {
    release = await bill.spend();
    for await (const event of await context.chat.answer(chatRequest(context, question))) {
      if (event.kind === 'failed') {
        const { status, code } = event.failure;
        logger.warn({ widget: embed.uuid, status, code }, 'a widget got no answer');
      }
      yield event.kind === 'refused' ? { ...event, text: refusalText(question, event) } : event;
    }
  } catch (error) {
    const code = error instanceof KeywardError ? error.code : 'internal';
    bill.refused(code);
    if (!QUOTA.has(code)) {
      logger.error({ err: error, widget: embed.uuid }, 'a widget got no answer');
      yield { kind: 'unanswered' };
    } else yield { kind: 'quota' };
  } finally {
    release?.();
    releasePlace();
  }
}

const NOTHING_KNOWN = 'I do not have enough information to answer that. Try another question.';

const refusalText = (
  { workspace }: Question,
  { text, because }: Extract<ChatEvent, { kind: 'refused' }>,
): string =>
  because === 'nothing_embedded' && workspace.queryRefusalResponse === null ? NOTHING_KNOWN : text;
