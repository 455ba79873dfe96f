import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../base/errors.ts';
import { json } from '../answers.ts';
import { abortBody, closing, NOTHING_SAID, RESET, textFrame } from '../chat/chat-answers.ts';
import type { WholeAnswer } from '../../http/index.ts';
import { MESSAGE_MAX_CHARACTERS, type Refusal, type WidgetEvent } from '../../widgets/index.ts';

/** `error` is shown by the page; `code` is counted in the usage report. */
interface RefusalRow {
  status: number;
  code: ErrorCode;
  error: string;
  errorMsg?: string;
}

const QUOTA = {
  error: 'Rate limit exceeded',
  errorMsg: 'The quota for this chat has been reached. Try again later or contact the site owner.',
};

const REFUSALS: Record<Refusal, RefusalRow> = {
  site: { status: 401, code: 'forbidden_resource', error: 'Invalid request.' },
  closed: {
    status: 503,
    code: 'not_found',
    error: 'This chat has been disabled by the administrator - try again later.',
  },
  ended: {
    status: 503,
    code: 'forbidden_resource',
    error: 'This chat is not available. Please tell the owner of this page.',
  },
  session_id: { status: 404, code: 'invalid_input', error: 'Invalid session ID.' },
  no_message: { status: 400, code: 'invalid_input', error: 'Message is empty.' },
  long_message: {
    status: 400,
    code: 'invalid_input',
    error: `Message is longer than ${MESSAGE_MAX_CHARACTERS} characters.`,
  },
  address: {
    status: 429,
    code: 'rate_limited',
    error: 'Too many messages from your network. Try again later.',
  },
  day: { status: 429, code: 'rate_limited', ...QUOTA },
  session: {
    status: 429,
    code: 'rate_limited',
    error: 'Your quota for this chat has been reached. Try again later or contact the site owner.',
  },
};

export const codeOf = (refusal: Refusal): ErrorCode => REFUSALS[refusal].code;

export function refusalAnswer(refusal: Refusal): WholeAnswer {
  const { status, error, errorMsg } = REFUSALS[refusal];
  return json({ ...abortBody(error), errorMsg }, status);
}

const BUSY = 'Too many chats at once - try again in a moment.';

/** The cause is for the operator alone: it may name servers and accounts. Guarded by widget.test.ts. */
const NO_ANSWER = 'The answer could not be completed. Try again later.';

const wholeFrame = (id: string, textResponse: string) => ({
  id,
  type: 'textResponse',
  textResponse,
  sources: [],
  close: true,
  error: null,
});

/** The frames of an answer, as pages of the widget read them. */
export function widgetFrames(): (event: WidgetEvent) => object[] {
  const uuid = randomUUID();
  return (event) => {
    if (event.kind === 'text') return [textFrame(uuid, event.text)];
    if (event.kind === 'answered') return [closing(uuid)];
    if (event.kind === 'refused') return [wholeFrame(uuid, event.text)];
    if (event.kind === 'reset') return [wholeFrame(uuid, RESET)];
    if (event.kind === 'empty') return [abortBody(NOTHING_SAID)];
    if (event.kind === 'busy') return [abortBody(BUSY)];
    if (event.kind === 'quota') return [{ ...abortBody(QUOTA.error), errorMsg: QUOTA.errorMsg }];
    return event.kind === 'failed' || event.kind === 'unanswered' ? [abortBody(NO_ANSWER)] : [];
  };
}
