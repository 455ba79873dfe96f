import { expect, test } from 'vitest';
import type { ModelMessage, Turn } from './message.ts';
import { countTokens } from '../models/index.ts';
import { fitted, type Prompt } from './window.ts';

const WINDOW_TOKENS = 4_096;
const MODEL = { name: 'test', windowTokens: WINDOW_TOKENS };
const words = (count: number, word = 'word'): string => `${word} `.repeat(count).trim();
const turn = (prompt: string, text: string, more: Partial<Turn> = {}): Turn => ({
  prompt,
  text,
  sources: [],
  attachments: [],
  ...more,
});
const prompt = (more: Partial<Prompt>): Prompt => ({
  instructions: 'Be brief.',
  contexts: [],
  history: [],
  message: 'And now?',
  images: [],
  ...more,
});

async function tokensOf(messages: readonly ModelMessage[]): Promise<number> {
  let tokens = 0;
  for (const { content } of messages) tokens += await countTokens(JSON.stringify(content), MODEL.name);
  return tokens;
}
const contentsOf = (messages: readonly ModelMessage[]): unknown[] => messages.map(({ content }) => content);

test('A prompt that fits is not changed', async () => {
  const whole = prompt({ contexts: ['one', 'two'], history: [turn('a', 'b')] });
  expect(await fitted(whole, MODEL)).toEqual([
    {
      role: 'system',
      content:
        'Be brief.\nContext:\n[CONTEXT 0]:\none\n[END CONTEXT 0]\n\n[CONTEXT 1]:\ntwo\n[END CONTEXT 1]\n\n',
    },
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'And now?' },
  ]);
});

test('A message that fills the window is sent alone, cut to four fifths of it', async () => {
  const messages = await fitted(
    prompt({ message: `begin ${words(5_000)} end`, contexts: ['one'], history: [turn('a', 'b')] }),
    MODEL,
  );
  expect(messages.map(({ role }) => role)).toEqual(['user']);
  expect(await tokensOf(messages)).toBeLessThan(WINDOW_TOKENS * 0.81);
});

test('A prompt that was cut leaves room for the answer', async () => {
  const history = Array.from({ length: 30 }, () => turn(words(100), words(100)));
  const full = { instructions: words(2_000, 'rule'), contexts: [words(6_000, 'alpha')], history };
  for (const length of [1_000, 2_300, 2_700, 5_000]) {
    const messages = await fitted(prompt({ ...full, message: words(length) }), MODEL);
    expect(await tokensOf(messages)).toBeLessThan(WINDOW_TOKENS - 500);
  }
});

test('Documents are cut to their share, and instructions and question stay whole', async () => {
  const messages = await fitted(prompt({ contexts: [words(6_000, 'alpha')] }), MODEL);
  const [system, question] = contentsOf(messages);
  expect(system).toMatch(
    /^Be brief\.\nContext:\n\[CONTEXT 0\]:\nalpha [^]*--prompt truncated for brevity--[^]*\[END CONTEXT 0\]/,
  );
  expect(await countTokens(String(system), MODEL.name)).toBeLessThan(WINDOW_TOKENS * 0.15 + 10);
  expect(question).toBe('And now?');
});

test('Long instructions leave room for documents', async () => {
  const messages = await fitted(
    prompt({ instructions: words(3_000, 'rule'), contexts: [words(3_000, 'alpha')] }),
    MODEL,
  );
  const system = String(contentsOf(messages)[0]);
  expect(system.match(/rule/g)?.length).toBeGreaterThan(100);
  expect(system.match(/alpha/g)?.length).toBeGreaterThan(300);
});

test('The last turns of the history stay that fit into its share', async () => {
  const history = Array.from({ length: 30 }, (_, index) => turn(`question ${index}`, words(150)));
  const contents = contentsOf(await fitted(prompt({ history }), MODEL));
  const kept = contents.filter((content) => String(content).startsWith('question'));
  expect(kept.at(-1)).toBe('question 29');
  expect(kept).toEqual(history.slice(-kept.length).map((one) => one.prompt));
  expect(kept.length).toBeGreaterThan(1);
  expect(kept.length).toBeLessThan(5);
});

test('A very long last answer is cut, not left out', async () => {
  const history = [turn('before', 'short'), turn('tell me all', `first ${words(5_000)} last`)];
  const contents = contentsOf(await fitted(prompt({ history }), MODEL));
  expect(contents).toContain('tell me all');
  expect(contents.some((content) => /^first [^]*truncated[^]* last$/.test(String(content)))).toBe(true);
});

test('Pictures use room in the window', async () => {
  const picture = {
    name: 'a',
    mime: 'image/png',
    contentString: `data:image/png;base64,${'A'.repeat(100_000)}`,
  };
  const few = await fitted(prompt({ images: [picture] }), MODEL);
  expect(few[1]?.content).toHaveLength(2);
  const history = [turn('look', 'seen', { attachments: Array.from({ length: 6 }, () => picture) })];
  const many = await fitted(prompt({ history, images: [picture] }), MODEL);
  // Those of the history are left out, that of the question stays.
  expect(many.map(({ content }) => typeof content)).toEqual(['string', 'string', 'string', 'object']);
});

test('Earlier reasoning of a model is not part of a prompt', async () => {
  const history = [turn('sum?', '<think>two and two\nis four</think>\nFour.')];
  expect(contentsOf(await fitted(prompt({ history }), MODEL))[2]).toBe('Four.');
});
