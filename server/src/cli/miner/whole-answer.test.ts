import { expect, test } from 'vitest';
import { WholeAnswer } from './whole-answer.ts';

const whole = (isChat: boolean, ...chunks: Record<string, unknown>[]) => {
  const answer = new WholeAnswer({ isChat });
  for (const chunk of chunks) answer.add(chunk);
  return answer.answer();
};
const chunk = (delta: object, more: object = {}) => ({ id: '1', choices: [{ index: 0, delta, ...more }] });

test('An upstream cannot change the objects of this process by a member __proto__', () => {
  const text =
    '{"__proto__": {"polluted": true}, "content": "a", "function_call": {"__proto__": {"polluted": true}}}';
  const answer = whole(true, chunk(JSON.parse(text) as object, JSON.parse(text) as object));
  expect(answer).toMatchObject({ choices: [{ message: { content: 'a' } }] });
  expect('polluted' in {}).toBe(false);
});

test('Tool calls that come in pieces are put together, each by its index', () => {
  const call = (index: number, more: object) => chunk({ tool_calls: [{ index, ...more }] });
  const answer = whole(
    true,
    chunk({ role: 'assistant', content: null, reasoning_content: 'Let me ' }),
    chunk({ reasoning_content: 'see.' }),
    call(0, { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"ci' } }),
    call(1, { id: 'b', type: 'function', function: { name: 'time', arguments: '' } }),
    call(0, { function: { arguments: 'ty":"Wien"}' } }),
    call(1, { function: { arguments: '{}' } }),
    { ...chunk({}, { finish_reason: 'tool_calls' }), usage: { prompt_tokens: 1 } },
  );
  const tool_calls = [
    { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Wien"}' } },
    { id: 'b', type: 'function', function: { name: 'time', arguments: '{}' } },
  ];
  expect(answer).toEqual({
    id: '1',
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, reasoning_content: 'Let me see.', tool_calls },
        finish_reason: 'tool_calls',
      },
    ],
    usage: { prompt_tokens: 1 },
  });
});

test('Several choices are kept apart, and a completion has texts', () => {
  const piece = (index: number, text: string) => ({ choices: [{ index, text, finish_reason: null }] });
  const answer = whole(false, piece(1, 'x'), piece(0, 'a'), piece(1, 'y'), {
    choices: [{ index: 0, text: 'b', finish_reason: 'stop' }],
  });
  expect(answer).toEqual({
    object: 'text_completion',
    choices: [
      { index: 0, text: 'ab', finish_reason: 'stop' },
      { index: 1, text: 'xy', finish_reason: null },
    ],
  });
});

test('An index far behind the end makes no list of that length', () => {
  const answer = whole(true, chunk({ tool_calls: [{ index: 1e9, id: 'a' }] }));
  expect(answer).toMatchObject({ choices: [{ message: { tool_calls: [{ id: 'a' }] } }] });
});
