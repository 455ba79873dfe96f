import { contentOf } from './content.ts';
import { mediaTokens } from './estimate.ts';
import type { ForwardRequest } from './forward.ts';
import type { Seen } from './meter.ts';
import { formFields } from './model-form.ts';
import { isCounting } from './paths.ts';
import type { JsonObject } from './request-body.ts';
import type { RequestBody } from './request-members.ts';

/** Text that is really counted; the tokens of a longer one are extrapolated: counting blocks the process. */
const COUNTED_MAX_CHARACTERS = 64 * 1024;
/**
 * Counted piece by piece: the tokenizer takes time with the square of a run without spaces, and 64,000 letters in one run
 * would hold up everybody for 7 seconds. Less than 1 % more is counted so.
 */
const SLICE_CHARACTERS = 512;
const TEXT_DEPTH_MAX = 12;
const MESSAGE_OVERHEAD_TOKENS = 4;

type Encoding = typeof import('gpt-tokenizer/encoding/o200k_base');

let encoding: Promise<Encoding> | undefined;

/** Loaded at the first need: 2 MB of ranks that most servers never use. */
async function countText(text: string): Promise<number> {
  if (text === '') return 0;
  encoding ??= import('gpt-tokenizer/encoding/o200k_base');
  const { countTokens } = await encoding;
  const counted = text.slice(0, COUNTED_MAX_CHARACTERS);
  let tokens = 0;
  for (let at = 0; at < counted.length; at += SLICE_CHARACTERS)
    tokens += countTokens(counted.slice(at, at + SLICE_CHARACTERS), { disallowedSpecial: new Set<string>() });
  return Math.ceil(tokens * (text.length / counted.length));
}

/** Tokens of a request. */
export interface PromptCount {
  /** Of its texts by o200k_base, which is near for GPT models and rough for others; and those that came as numbers. */
  text: number;
  /** Of pictures and sound, by their usual figures: some upstreams count a tenth of them. */
  media: number;
}

export async function countPrompt(request: ForwardRequest): Promise<PromptCount> {
  const { path, body } = request;
  if (isCounting(path)) return { text: 0, media: 0 };
  const parsed = request.parsed ?? formFields(body) ?? {};
  const words = await countText(promptTexts(parsed).join('\n'));
  return {
    text: words + contentOf([parsed['prompt'], parsed['input']]).numbers + overheadTokens(parsed),
    media: mediaTokens({ path, parsed: request.parsed, bytes: body.length }),
  };
}

function overheadTokens(parsed: RequestBody): number {
  return Array.isArray(parsed['messages']) ? parsed['messages'].length * MESSAGE_OVERHEAD_TOKENS : 0;
}

const PROMPT_MEMBERS = [
  'messages',
  'prompt',
  'input',
  'instructions',
  'system',
  'query',
  'documents',
] as const;
/** Of these a model reads the names of members as well: they are schemas. */
const SCHEMA_MEMBERS = ['tools', 'functions', 'response_format', 'text'] as const;

function promptTexts(parsed: RequestBody): string[] {
  const texts: string[] = [];
  for (const member of PROMPT_MEMBERS) collectTexts(parsed[member], texts, 0);
  for (const member of SCHEMA_MEMBERS)
    if (typeof parsed[member] === 'object') texts.push(JSON.stringify(parsed[member]));
  return texts;
}

/** Texts wherever they stand; not images and sounds, which are no text tokens. */
function collectTexts(value: unknown, into: string[], depth: number): void {
  if (typeof value === 'string') {
    if (!/^data:[\w/+.-]+;base64,/.test(value)) into.push(value);
  } else if (Array.isArray(value)) {
    for (const item of value) if (depth < TEXT_DEPTH_MAX) collectTexts(item, into, depth + 1);
  } else if (typeof value === 'object' && value !== null && depth < TEXT_DEPTH_MAX) {
    for (const [name, item] of Object.entries(value)) {
      if (name !== 'data' && name !== 'role' && name !== 'type') collectTexts(item, into, depth + 1);
    }
  }
}

/** The text of an answer, as far as its beginning was kept; `share`: what part of the answer that is. */
export function answerText(seen: Seen, isEventStream: boolean): { text: string; share: number } {
  const body = Buffer.concat([...seen.sample]);
  if (body.length === 0) return { text: '', share: 1 };
  const text = isEventStream ? textOfEvents(body.toString()) : textOfJson(body.toString());
  return { text, share: body.length / seen.bytes };
}

/** Tokens of an answer's text. What was not kept counts as if it went on the same way. */
export async function countAnswer(seen: Seen, isEventStream: boolean): Promise<number> {
  const { text, share } = answerText(seen, isEventStream);
  return Math.ceil((await countText(text)) / share);
}

function textOfEvents(body: string): string {
  return body
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:') && !line.startsWith('[DONE]', 'data: '.length))
    .map((line) => textOfJson(line.slice('data:'.length)))
    .join('');
}

const WHOLE_MEMBERS = ['output', 'content'];

/**
 * The produced text in one answer or chunk of the known APIs; nothing in embeddings. What is no JSON counts as it is: an
 * answer that its caller cut off before the end was read by then. Guarded by settlement.test.ts.
 */
function textOfJson(json: string): string {
  let answer: JsonObject;
  try {
    answer = JSON.parse(json) as JsonObject;
  } catch {
    return json;
  }
  if (typeof answer !== 'object' || answer === null) return '';
  const texts: string[] = [];
  for (const choice of asArray(answer['choices'])) {
    const { text, delta, message } = (choice ?? {}) as JsonObject;
    for (const part of [text, delta, message]) collectTexts(part, texts, 0);
  }
  // The Responses and Messages APIs.
  const { type, delta } = answer;
  if (typeof type === 'string' && /\.delta$|^content_block_delta$/.test(type)) collectTexts(delta, texts, 0);
  else if (answer['choices'] === undefined && type !== 'message_start') {
    for (const member of WHOLE_MEMBERS) collectTexts(answer[member], texts, 0);
    // Of a transcription; an event that has a type repeats what its deltas said.
    if (type === undefined) collectTexts(answer['text'], texts, 0);
  }
  return texts.join('');
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
