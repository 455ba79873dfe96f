import { expect, test } from 'vitest';
import { KeywardError } from '../base/errors.ts';
import { brokenOff, failureOf, providerFailure, streamFailure } from './failure.ts';

test.for([
  ['{"error":{"message":"no room","code":"full"}}', 'no room', 'full'],
  ['{"error":"no room"}', 'no room', 'upstream_error'],
  ['{"message":"no room"}', 'no room', 'upstream_error'],
  ['{"detail":"no room"}', 'no room', 'upstream_error'],
  ['<html>', "The model's server answered 503.", 'upstream_error'],
  ['[]', "The model's server answered 503.", 'upstream_error'],
  ['', "The model's server answered 503.", 'upstream_error'],
] as const)("A failure of a provider has the provider's own message: %s", ([body, message, code]) => {
  expect(providerFailure(503, body)).toEqual({ message, code, status: 503 });
});

test('A message of a provider is cut at 2,000 characters', () => {
  expect(providerFailure(400, JSON.stringify({ error: 'x'.repeat(9_000) })).message).toHaveLength(2_000);
});

test('A chunk without an error is not a failure', () => {
  for (const chunk of [{}, { error: null }, { choices: [] }]) expect(streamFailure(chunk)).toBeUndefined();
});

test.for([
  'budget_exceeded',
  'budget_too_small',
  'forbidden_resource',
  'model_unpriced',
  'internal',
  'storage_unavailable',
] as const)('An error about the key or the server keeps its own status: %s', (code) => {
  const error = new KeywardError(code, 'no');
  expect(() => failureOf(error)).toThrow(error);
});

test('An unexpected error is thrown, and never reported as a failure of a model', () => {
  const error = new TypeError('x is not a function');
  expect(() => failureOf(error)).toThrow(error);
});

test('The message of a refusal contains its hint', () => {
  const error = new KeywardError('model_not_found', 'There is no model.', { hint: 'Add an upstream.' });
  expect(failureOf(error)).toEqual({
    message: 'There is no model. Add an upstream.',
    status: 404,
    code: 'model_not_found',
  });
});

test('An answer that breaks off and an invalid answer have different messages', () => {
  expect(brokenOff(new SyntaxError('x')).message).toBe(
    "The model's server sent something that is no answer.",
  );
  expect(brokenOff(new Error('ECONNRESET')).message).toContain('was lost in the middle of its answer');
});
