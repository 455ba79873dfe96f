import { contentOf, isEmbedded, isPictureMember, partKind } from '../request/content.ts';
import type { Meant, PartKind } from '../request/content.ts';
import { mediaTokens } from '../request/estimate.ts';
import type { ForwardRequest } from '../forward.ts';
import type { Seen } from '../answer/meter.ts';
import { formFields } from '../request/model-form.ts';
import { isCounting } from '../request/paths.ts';
import type { RequestBody } from '../request/request-members.ts';
import { countText, countTextOfAnswer } from './tokenizer.ts';

const MESSAGE_OVERHEAD_TOKENS = 4;
/** No API nests its texts deeper; what does is counted as it stands. */
const PROMPT_DEPTH_MAX = 12;

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
const COUNTED_ABOVE = new Set<string>([...PROMPT_MEMBERS, ...SCHEMA_MEMBERS, 'metadata']);
/** What is longer than a setting may be a text, whatever it is called. */
const SETTING_MAX_CHARACTERS = 256;

function promptTexts(parsed: RequestBody): string[] {
  const texts: string[] = [];
  const add = (text: string): void => void texts.push(text);
  const meant: Meant = new Map();
  for (const member of PROMPT_MEMBERS)
    collectPrompt(parsed[member], add, { depth: 0, kind: undefined, meant });
  for (const member of SCHEMA_MEMBERS)
    if (typeof parsed[member] === 'object') texts.push(JSON.stringify(parsed[member]));
  for (const [name, value] of Object.entries(parsed)) {
    if (COUNTED_ABOVE.has(name) || isPictureMember(name)) continue;
    const text = JSON.stringify(value) ?? '';
    if (text.length > SETTING_MAX_CHARACTERS) texts.push(text);
  }
  return texts;
}

/**
 * Texts of a prompt wherever they stand, but for pictures and sounds. All that a template could put before a model counts: a role or
 * a name as long as a text, and what lies deeper than any API has it. Guarded by hanging-up.test.ts.
 */
function collectPrompt(
  value: unknown,
  add: (text: string) => void,
  place: { depth: number; kind: PartKind; meant: Meant },
): void {
  if (typeof value === 'string') return add(value);
  if (typeof value !== 'object' || value === null) return;
  if (place.depth === PROMPT_DEPTH_MAX) return add(JSON.stringify(value));
  const depth = place.depth + 1;
  if (Array.isArray(value)) {
    for (const item of value) collectPrompt(item, add, { ...place, depth });
    return;
  }
  const kind = place.kind ?? partKind(value as Record<string, unknown>, place.meant);
  for (const [name, item] of Object.entries(value)) {
    if (name.length > LABEL_MAX_CHARACTERS) add(name);
    if (typeof item !== 'string') collectPrompt(item, add, { ...place, depth, kind });
    else if (!isEmbedded({ name, text: item, kind }) && !isLabel(name, item)) add(item);
  }
}

const LABEL_MAX_CHARACTERS = 32;
const isLabel = (name: string, text: string): boolean =>
  (name === 'role' || name === 'type') && text.length <= LABEL_MAX_CHARACTERS;

/** Tokens of an answer's text. What was not kept counts as if it went on the same way. */
export async function countAnswer(seen: Seen, isEventStream: boolean): Promise<number> {
  const body = Buffer.concat([...seen.sample]);
  if (body.length === 0) return 0;
  return Math.ceil((await countTextOfAnswer(body, isEventStream)) * (seen.bytes / body.length));
}
