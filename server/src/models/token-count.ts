import { collectTexts } from './answer-text.ts';
import { contentOf } from './content.ts';
import { mediaTokens } from './estimate.ts';
import type { ForwardRequest } from './forward.ts';
import type { Seen } from './meter.ts';
import { formFields } from './model-form.ts';
import { isCounting } from './paths.ts';
import type { RequestBody } from './request-members.ts';
import { countText, countTextOfAnswer } from './tokenizer.ts';

const MESSAGE_OVERHEAD_TOKENS = 4;

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

/** Tokens of an answer's text. What was not kept counts as if it went on the same way. */
export async function countAnswer(seen: Seen, isEventStream: boolean): Promise<number> {
  const body = Buffer.concat([...seen.sample]);
  if (body.length === 0) return 0;
  return Math.ceil((await countTextOfAnswer(body, isEventStream)) * (seen.bytes / body.length));
}
