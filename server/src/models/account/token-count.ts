import { contentOf, isEmbedded, isPictureMember, partKind } from '../request/content.ts';
import type { Meant, PartKind } from '../request/content.ts';
import { mediaTokens } from '../request/estimate.ts';
import type { ForwardRequest } from '../forward.ts';
import type { Seen } from '../answer/meter.ts';
import { formFields } from '../request/model-form.ts';
import { isFree } from '../request/paths.ts';
import type { RequestBody } from '../request/request-members.ts';
import { countTokens, countTokensOfAnswer } from './tokenizer.ts';

const MESSAGE_OVERHEAD_TOKENS = 4;
/** No API nests its texts deeper; deeper values are counted as JSON. */
const PROMPT_DEPTH_MAX = 12;

export interface PromptCount {
  /** Of its texts, and prompts that are given as tokens. */
  text: number;
  /** Of pictures and sound, by their usual figures: some upstreams count a tenth of them. */
  media: number;
}

export async function countPrompt(request: ForwardRequest, model: string): Promise<PromptCount> {
  const { path, body } = request;
  if (isFree(path)) return { text: 0, media: 0 };
  const parsed = request.parsed ?? formFields(body) ?? {};
  const words = await countTokens(promptTexts(parsed).join('\n'), model);
  const overhead = Array.isArray(parsed.messages) ? parsed.messages.length * MESSAGE_OVERHEAD_TOKENS : 0;
  return {
    text: words + contentOf([parsed.prompt, parsed.input]).numbers + overhead,
    media: mediaTokens({ path, parsed: request.parsed, bytes: body.length }),
  };
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
/** Schemas: a model reads the names of their members too. */
const SCHEMA_MEMBERS = ['tools', 'functions', 'response_format', 'text'] as const;
const COUNTED_ABOVE = new Set<string>([...PROMPT_MEMBERS, ...SCHEMA_MEMBERS, 'metadata']);
/** Longer values of other members may be texts. */
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
 * All texts of a prompt except pictures and sound. A role or a name as long as a text counts too, since a template could show it to
 * the model. Guarded by http/hanging-up.test.ts.
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

/** Tokens of an answer's text, extrapolated from the sample that was kept. */
export async function countAnswer(seen: Seen, isEventStream: boolean, model: string): Promise<number> {
  const body = Buffer.concat([...seen.sample]);
  if (body.length === 0) return 0;
  return Math.ceil((await countTokensOfAnswer(body, isEventStream, model)) * (seen.bytes / body.length));
}
