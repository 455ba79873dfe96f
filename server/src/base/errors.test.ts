import { expect, test } from 'vitest';
import { ERROR_CODES, invalidField, KeywardError, StartupError } from './errors.ts';

test('an error has the status of its code, unless a contract asks for another', () => {
  for (const [code, { status }] of Object.entries(ERROR_CODES)) {
    expect(new KeywardError(code as 'internal', 'x').status).toBe(status);
    expect(status).toBeGreaterThanOrEqual(400);
  }
  expect(new KeywardError('internal', 'x', { status: 418 }).status).toBe(418);
});

test('an error keeps its cause, which is no part of the message', () => {
  const cause = new Error('password=hunter2');
  const error = new KeywardError('internal', 'It failed.', { cause });
  expect(error.cause).toBe(cause);
  expect(`${error}`).toBe('KeywardError: It failed.');
  expect(new KeywardError('internal', 'x').cause).toBeUndefined();
});

test('a wrong field is named in the message and in the list', () => {
  const error = invalidField('limits[0].requests', 'must be a number', 'Send one.');
  expect(error).toMatchObject({
    code: 'invalid_input',
    message: 'limits[0].requests: must be a number',
    extras: { hint: 'Send one.', errors: [{ field: 'limits[0].requests', message: 'must be a number' }] },
  });
});

test('a StartupError ends the process with 78, or with the given exit code', () => {
  expect(new StartupError('x').exitCode).toBe(78);
  expect(new StartupError('x', { exitCode: 1 }).exitCode).toBe(1);
});
