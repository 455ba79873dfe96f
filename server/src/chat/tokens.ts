import { countTokens as countHere } from '../base/tokens.ts';

/** Of a longer text the beginning is counted; the rest counts as if it went on the same way. */
const COUNTED_MAX_CHARACTERS = 64 * 1024;

/** Tokens of a text by cl100k_base: near for GPT models, rough for others. */
export async function countTokens(text: string): Promise<number> {
  if (text === '') return 0;
  const counted = text.slice(0, COUNTED_MAX_CHARACTERS);
  return Math.ceil((await countHere('cl100k_base', counted)) * (text.length / counted.length));
}

/** Half tokens that one character of ASCII takes at most: letters that are often together take less. */
const HALVES = Uint8Array.from({ length: 128 }, (_, code) =>
  /[a-ilm-pr-u\d\s]/.test(String.fromCharCode(code)) ? 1 : 2,
);
const OTHER_HALVES = 3;

/**
 * No fewer tokens than a text has, of whatever language; of English twice as many. A thousand times cheaper than counting,
 * which a chat would otherwise wait for: only what might not fit by this is counted.
 */
export function tokensAtMost(text: string): number {
  let halves = 0;
  for (let at = 0; at < text.length; at++) halves += HALVES[text.charCodeAt(at)] ?? OTHER_HALVES;
  return Math.ceil(halves / 2) + 1;
}

const MARK = '\n\n--prompt truncated for brevity--\n\n';

/** A text of about `tokens` tokens: what is too much is taken out of its middle, and a mark says so. */
export async function cutMiddle(text: string, tokens: number): Promise<string> {
  if (tokensAtMost(text) <= tokens) return text;
  const all = await countTokens(text);
  if (all <= tokens) return text;
  const room = Math.max(0, tokens - MARK_TOKENS);
  const characters = Math.floor((text.length * room) / all / 2);
  const [head, tail] = [text.slice(0, characters), text.slice(text.length - characters)];
  return `${withoutHalfEnd(head)}${MARK}${withoutHalfStart(tail)}`;
}

const MARK_TOKENS = 9;

/** Characters beyond the first plane are two units; half of one is no text. */
const withoutHalfEnd = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '');
const withoutHalfStart = (text: string): string => text.replace(/^[\uDC00-\uDFFF]/, '');
