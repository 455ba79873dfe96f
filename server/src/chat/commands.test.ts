import { expect, test } from 'vitest';
import { taskOf } from './agent.ts';
import { commandIn } from './chat.ts';

test.for([
  ['/reset', 'reset'],
  ['  /reset\n', 'reset'],
  ['/reset now', undefined],
  ['@agent', 'agent'],
  ['@agent look it up', 'agent'],
  ['@agent\nlook it up', 'agent'],
  ['@agentic retrieval', undefined],
  ['ask @agent', undefined],
  ['hello', undefined],
  ['', undefined],
] as const)('The message %j has the command %s', ([message, command]) => {
  expect(commandIn({ message })).toBe(command);
});

test('A request without agents has no commands', () => {
  expect(commandIn({ message: '/reset', noAgent: true })).toBeUndefined();
  expect(commandIn({ message: '@agent look', noAgent: true })).toBeUndefined();
});

test('The task of an agent is the text after its name, or a greeting', () => {
  expect(taskOf('@agent  look it up ')).toBe('look it up');
  expect(taskOf('@agent')).toBe('Hello!');
  expect(taskOf('@agent \n')).toBe('Hello!');
});

test('A word that only begins like the name of an agent stays in the task', () => {
  expect(taskOf('@agentic retrieval')).toBe('@agentic retrieval');
});
