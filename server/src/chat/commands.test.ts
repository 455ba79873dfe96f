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
] as const)('the message %j commands %s', ([message, command]) => {
  expect(commandIn({ message })).toBe(command);
});

test('clients of OpenAI and visitors of widgets command nothing', () => {
  expect(commandIn({ message: '/reset', noAgent: true })).toBeUndefined();
  expect(commandIn({ message: '@agent look', noAgent: true })).toBeUndefined();
});

test('an agent is told what stands after its name, and greeted where nothing does', () => {
  expect(taskOf('@agent  look it up ')).toBe('look it up');
  expect(taskOf('@agent')).toBe('Hello!');
  expect(taskOf('@agent \n')).toBe('Hello!');
});

test('in mode automatic an agent reads a word that only begins like its name as it is', () => {
  expect(taskOf('@agentic retrieval')).toBe('@agentic retrieval');
});
