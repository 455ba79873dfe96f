import { expect, test } from 'vitest';
import { refusesTools } from './agent.ts';
import { readCall, toolDeclarations } from './agent-tools.ts';
import type { Job } from './answer.ts';

const NOWHERE = {} as Job;

test('An agent has four tools: search, list and summarize documents, and the time', () => {
  expect(toolDeclarations.map(({ function: { name } }) => name)).toEqual([
    'search_documents',
    'list_documents',
    'summarize_document',
    'current_time',
  ]);
});

test.for(['toString', '__proto__', 'constructor', 'rm', ''])(
  'A call of the unknown tool %j is answered with the list of tools',
  async (name) => {
    const { thought, tool } = readCall({ name, arguments: '{}' });
    expect(thought).toBe('Asked for a tool that does not exist.');
    const { content } = await tool(NOWHERE);
    expect(content).toBe(
      `There is no tool ${name}. There are: search_documents, list_documents, summarize_document, current_time.`,
    );
  },
);

test.for(['', '{', 'null', '7', '[]', '{"query":7}'])(
  'A call with unreadable arguments counts as a call without arguments: %j',
  async (args) => {
    const { thought, tool } = readCall({ name: 'search_documents', arguments: args });
    expect(thought).toBe('Searching the documents for "".');
    expect(await tool(NOWHERE)).toEqual({ content: 'Give a query.' });
  },
);

test('The caller sees at most 100 characters of the query of a tool', () => {
  const call = { name: 'search_documents', arguments: JSON.stringify({ query: 'x'.repeat(1_000) }) };
  expect(readCall(call).thought).toBe(`Searching the documents for "${'x'.repeat(100)}".`);
});

test('A server that refuses tools is recognized by its error, and not confused with one that fails', () => {
  const failure = { status: 400, message: 'model does not support tools', code: 'upstream_error' };
  expect(refusesTools(failure)).toBe(true);
  expect(refusesTools({ ...failure, message: 'Function calling is not enabled' })).toBe(true);
  expect(refusesTools({ ...failure, message: 'bad request' })).toBe(false);
  expect(refusesTools({ ...failure, status: 429 })).toBe(false);
  expect(refusesTools({ ...failure, status: 502 })).toBe(false);
  expect(refusesTools({ ...failure, code: 'model_not_found' })).toBe(false);
});
