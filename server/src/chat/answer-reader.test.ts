import { expect, test } from 'vitest';
import { answerReader, type AnswerReader } from './answer-reader.ts';

const EVENTS = 'text/event-stream; charset=utf-8';
const chunk = (delta: object, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

function read(reader: AnswerReader, texts: readonly string[]): string[] {
  const pieces = texts.map((text) => reader.push(Buffer.from(text)).join('|'));
  return reader.failure === undefined ? [...pieces, reader.end()] : pieces;
}

test('The text of an event comes with the bytes that complete the event', () => {
  const reader = answerReader(200, EVENTS);
  const events = [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'Good ' }),
    chunk({ content: 'day' }),
  ];
  expect(read(reader, [...events, chunk({}, 'length'), 'data: [DONE]\n\n'])).toEqual([
    '',
    'Good ',
    'day',
    '',
    '',
    '',
  ]);
  expect(reader.completion).toMatchObject({ text: 'Good day', finishReason: 'length' });
});

test('Each event gives its own piece of text, also if several come together', () => {
  const both = chunk({ content: 'Good ' }) + chunk({ content: 'day' });
  expect(read(answerReader(200, EVENTS), [both])).toEqual(['Good |day', '']);
});

test('Reasoning that a stream leaves open is closed at its end', () => {
  expect(read(answerReader(200, EVENTS), [chunk({ reasoning: 'Hm' })])).toEqual(['<think>Hm', '</think>']);
});

test('An error event is the failure of a stream, and the text before it stays', () => {
  const reader = answerReader(200, EVENTS);
  const error = 'data: {"error":{"message":"overloaded","code":"busy"}}\n\n';
  expect(read(reader, [chunk({ content: 'Good ' }) + error + chunk({ content: 'day' })])).toEqual(['Good ']);
  expect(reader.failure).toEqual({ message: 'overloaded', code: 'busy', status: 502 });
});

test('An invalid event is an error of the stream, unless a later event gives the reason', () => {
  expect(() => read(answerReader(200, EVENTS), ['data: {"choi\n\n'])).toThrow(SyntaxError);
  const reader = answerReader(200, EVENTS);
  read(reader, ['data: {"choi\n\n', 'data: {"error":"gone"}\n\n']);
  expect(reader.failure?.message).toBe('gone');
});

test('An answer without events is read as a whole, wherever its bytes are cut', () => {
  const json = JSON.stringify({ choices: [{ message: { content: 'Good day' }, finish_reason: 'stop' }] });
  const reader = answerReader(200, 'application/json');
  expect(read(reader, [json.slice(0, 20), json.slice(20)])).toEqual(['', '', 'Good day']);
  expect(() => read(answerReader(200, 'application/json'), ['<html>'])).toThrow(SyntaxError);
});

test('An answer with a status of 400 or more is a failure for any content type', () => {
  const reader = answerReader(503, EVENTS);
  expect(read(reader, ['{"error":{"message":"no room"}}'])).toEqual(['', '']);
  expect(reader.failure).toEqual({ message: 'no room', code: 'upstream_error', status: 503 });
});

test('An answer of more than 32 MiB is refused, whole or in events', () => {
  const megabyte = 'x'.repeat(1024 * 1024);
  const tooLong = "The model's answer is longer than 32 MiB.";
  const whole = Array.from({ length: 33 }, () => megabyte);
  expect(() => read(answerReader(200, 'application/json'), whole)).toThrow(tooLong);
  const events = Array.from({ length: 34 }, () => chunk({ content: megabyte }));
  expect(() => read(answerReader(200, EVENTS), events)).toThrow(tooLong);
});
