import type { Attachment, ContentPart, ModelMessage, Turn } from './message.ts';
import { countTokens, cutMiddle, tokensAtMost } from './tokens.ts';

/** Room kept for the answer. */
const ANSWER_TOKENS = 600;
const MESSAGE_OVERHEAD_TOKENS = 4;
/** What a picture takes at the most common resolutions. */
const IMAGE_TOKENS = 800;
/** Shares of what the answer leaves of the window, where not everything fits. */
const SYSTEM_SHARE = 0.15;
const HISTORY_SHARE = 0.15;
const USER_SHARE = 0.7;
/** Of a message that fills the window by itself, so that an answer still fits. */
const ALONE_SHARE = 0.8;
/** Of the system's share: instructions may take a quarter, documents the rest. */
const INSTRUCTIONS_SHARE = 0.25;
/** So many of the last turns are shortened to fit; older ones are left out. */
const SHORTENED_TURNS = 3;

/** Everything that a model is told, before it is known whether it fits. */
export interface Prompt {
  instructions: string;
  /** Texts to draw from: pinned documents, attachments, what was found. */
  contexts: readonly string[];
  /** Oldest first. */
  history: readonly Turn[];
  message: string;
  images: readonly Attachment[];
}

/** The messages for a model whose window holds so many tokens, the answer included. */
export async function fitted(prompt: Prompt, windowTokens: number): Promise<ModelMessage[]> {
  const whole = messagesOf(prompt);
  const room = windowTokens - Math.min(ANSWER_TOKENS, windowTokens / 2);
  if (await fits(whole, room)) return whole;
  if ((await countTokens(prompt.message)) > room * USER_SHARE) {
    const alone = await cutMiddle(prompt.message, room * ALONE_SHARE);
    return [{ role: 'user', content: withImages(alone, prompt.images) }];
  }
  return messagesOf({
    ...prompt,
    ...(await fittedSystem(prompt, room * SYSTEM_SHARE)),
    history: await fittedHistory(prompt.history, room * HISTORY_SHARE),
  });
}

function messagesOf({ instructions, contexts, history, message, images }: Prompt): ModelMessage[] {
  return [
    { role: 'system', content: `${instructions}${contextBlock(contexts)}` },
    ...history.flatMap(turnMessages),
    { role: 'user', content: withImages(message, images) },
  ];
}

/** Where a caller brings the history, a question may stand there without an answer, or an answer alone. */
function turnMessages({ prompt, text, attachments }: Turn): ModelMessage[] {
  const question: ModelMessage = { role: 'user', content: withImages(prompt, attachments) };
  const answer: ModelMessage = { role: 'assistant', content: withoutReasoning(text) };
  return [...(prompt === '' && attachments.length === 0 ? [] : [question]), ...(text === '' ? [] : [answer])];
}

function contextBlock(contexts: readonly string[]): string {
  if (contexts.length === 0) return '';
  const texts = contexts.map((text, i) => `[CONTEXT ${i}]:\n${text}\n[END CONTEXT ${i}]\n\n`);
  return `\nContext:\n${texts.join('')}`;
}

function withImages(text: string, images: readonly Attachment[]): string | ContentPart[] {
  if (images.length === 0) return text;
  return [
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...images.map(({ contentString }): ContentPart => ({
      type: 'image_url',
      image_url: { url: contentString, detail: 'high' },
    })),
  ];
}

/** What a model thought aloud helps nobody a second time, and takes room. */
const withoutReasoning = (text: string): string => text.replace(/^<think>[\s\S]*?<\/think>\s*/, '');

/** @returns whether the messages have at most so many tokens; counts only where there is a doubt. */
async function fits(messages: readonly ModelMessage[], tokens: number): Promise<boolean> {
  const parts: (string | ContentPart)[] = messages.flatMap(({ content }) => [content ?? ''].flat());
  const texts = parts.map((part) =>
    typeof part === 'string' ? part : part.type === 'text' ? part.text : '',
  );
  const images = parts.filter((part) => typeof part !== 'string' && part.type === 'image_url').length;
  const room = tokens - messages.length * MESSAGE_OVERHEAD_TOKENS - images * IMAGE_TOKENS;
  if (texts.reduce((sum, text) => sum + tokensAtMost(text), 0) <= room) return true;
  let taken = 0;
  for (const text of texts) {
    taken += await countTokens(text);
    // Whoever brings a history of megabytes is told so early: counting holds up everybody.
    if (taken > room) return false;
  }
  return true;
}

/** Documents come before instructions: they are what the question is about. */
async function fittedSystem(
  { instructions, contexts }: Prompt,
  tokens: number,
): Promise<Pick<Prompt, 'instructions' | 'contexts'>> {
  const block = contexts.length === 0 ? '' : contextBlock(contexts);
  if ((await countTokens(instructions + block)) <= tokens) return { instructions, contexts };
  const shortened = await cutMiddle(instructions, tokens * INSTRUCTIONS_SHARE);
  const rest = await cutMiddle(block, tokens * (1 - INSTRUCTIONS_SHARE));
  return { instructions: `${shortened}${rest}`, contexts: [] };
}

/** As many of the last turns as fit; the very last are shortened rather than left out. */
async function fittedHistory(history: readonly Turn[], tokens: number): Promise<Turn[]> {
  const kept: Turn[] = [];
  let room = tokens;
  for (const [age, turn] of history.toReversed().entries()) {
    const asIs = { ...turn, text: withoutReasoning(turn.text), attachments: [] };
    const size = await turnTokens(asIs);
    const fitting = size <= room ? asIs : await shortened(asIs, tokens);
    const fittingSize = fitting === asIs ? size : await turnTokens(fitting);
    if (fittingSize <= room) {
      kept.unshift(fitting);
      room -= fittingSize;
    } else if (age >= SHORTENED_TURNS) break;
  }
  return kept;
}

async function turnTokens({ prompt, text }: Turn): Promise<number> {
  return (await countTokens(prompt)) + (await countTokens(text)) + 2 * MESSAGE_OVERHEAD_TOKENS;
}

/** Neither side takes more than half of the history's share. */
async function shortened(turn: Turn, tokens: number): Promise<Turn> {
  const half = Math.floor(tokens / 2.2);
  return { ...turn, prompt: await cutMiddle(turn.prompt, half), text: await cutMiddle(turn.text, half) };
}
