import { countTokens } from '../models/index.ts';
import type { Attachment, ContentPart, ModelMessage, Turn } from './message.ts';
import type { ChosenModel } from './model-choice.ts';
import { cutMiddle, tokensAtMost } from './tokens.ts';

/** Reserved for the answer. */
const ANSWER_TOKENS = 600;
const MESSAGE_OVERHEAD_TOKENS = 4;
/** Of a picture at the most common resolutions. */
const IMAGE_TOKENS = 800;
/** Shares of the window without the answer, if not everything fits. */
const SYSTEM_SHARE = 0.15;
const HISTORY_SHARE = 0.15;
const USER_SHARE = 0.7;
/** For a message that fills the window alone. */
const ALONE_SHARE = 0.8;
/** Of the system's share; documents get the rest. */
const INSTRUCTIONS_SHARE = 0.25;
/** This many of the last turns are shortened to fit; older ones are left out. */
const SHORTENED_TURNS = 3;

/** The parts of a prompt, before it is known whether they fit. */
export interface Prompt {
  instructions: string;
  /** Pinned documents, attachments, passages. */
  contexts: readonly string[];
  /** Oldest first. */
  history: readonly Turn[];
  message: string;
  images: readonly Attachment[];
}

/** The messages for a model, cut so that they and the answer fit into its window. */
export async function fitted(
  prompt: Prompt,
  { name: model, windowTokens }: Pick<ChosenModel, 'name' | 'windowTokens'>,
): Promise<ModelMessage[]> {
  const whole = messagesOf(prompt);
  const room = windowTokens - Math.min(ANSWER_TOKENS, windowTokens / 2);
  if (await fits(whole, room, model)) return whole;
  if ((await countTokens(prompt.message, model)) > room * USER_SHARE) {
    const alone = await cutMiddle(prompt.message, room * ALONE_SHARE, model);
    return [{ role: 'user', content: withImages(alone, prompt.images) }];
  }
  return messagesOf({
    ...prompt,
    ...(await fittedSystem(prompt, room * SYSTEM_SHARE, model)),
    history: await fittedHistory(prompt.history, room * HISTORY_SHARE, model),
  });
}

function messagesOf({ instructions, contexts, history, message, images }: Prompt): ModelMessage[] {
  return [
    { role: 'system', content: `${instructions}${contextBlock(contexts)}` },
    ...history.flatMap(turnMessages),
    { role: 'user', content: withImages(message, images) },
  ];
}

/** A history from the caller may have a question without an answer, or an answer alone. */
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

/** Earlier reasoning does not help the model, and takes room. */
const withoutReasoning = (text: string): string => text.replace(/^<think>[\s\S]*?<\/think>\s*/, '');

/** @returns whether the messages have at most `tokens` tokens. Counts only if the upper bound does not fit. */
async function fits(messages: readonly ModelMessage[], tokens: number, model: string): Promise<boolean> {
  const parts: (string | ContentPart)[] = messages.flatMap(({ content }) => [content ?? ''].flat());
  const texts = parts.map((part) =>
    typeof part === 'string' ? part : part.type === 'text' ? part.text : '',
  );
  const images = parts.filter((part) => typeof part !== 'string' && part.type === 'image_url').length;
  const room = tokens - messages.length * MESSAGE_OVERHEAD_TOKENS - images * IMAGE_TOKENS;
  if (texts.reduce((sum, text) => sum + tokensAtMost(text), 0) <= room) return true;
  let taken = 0;
  for (const text of texts) {
    taken += await countTokens(text, model);
    // A history of megabytes is not counted to its end.
    if (taken > room) return false;
  }
  return true;
}

/** Documents get more room than instructions: the question is about them. */
async function fittedSystem(
  { instructions, contexts }: Prompt,
  tokens: number,
  model: string,
): Promise<Pick<Prompt, 'instructions' | 'contexts'>> {
  const block = contextBlock(contexts);
  if ((await countTokens(instructions + block, model)) <= tokens) return { instructions, contexts };
  const shortened = await cutMiddle(instructions, tokens * INSTRUCTIONS_SHARE, model);
  const rest = await cutMiddle(block, tokens * (1 - INSTRUCTIONS_SHARE), model);
  return { instructions: `${shortened}${rest}`, contexts: [] };
}

/** The last turns that fit; of these, the very last may be shortened, each side to at most half of `tokens`. */
async function fittedHistory(history: readonly Turn[], tokens: number, model: string): Promise<Turn[]> {
  const kept: Turn[] = [];
  const half = Math.floor(tokens / 2.2);
  let room = tokens;
  for (const [age, turn] of history.toReversed().entries()) {
    let fitting: Turn = { ...turn, text: withoutReasoning(turn.text), attachments: [] };
    let size = await turnTokens(fitting, model);
    if (size > room) {
      const prompt = await cutMiddle(fitting.prompt, half, model);
      fitting = { ...fitting, prompt, text: await cutMiddle(fitting.text, half, model) };
      size = await turnTokens(fitting, model);
    }
    if (size <= room) {
      kept.unshift(fitting);
      room -= size;
    } else if (age >= SHORTENED_TURNS) break;
  }
  return kept;
}

async function turnTokens({ prompt, text }: Turn, model: string): Promise<number> {
  const [asked, answered] = await Promise.all([countTokens(prompt, model), countTokens(text, model)]);
  return asked + answered + 2 * MESSAGE_OVERHEAD_TOKENS;
}
