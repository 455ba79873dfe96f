import { expect, test } from 'vitest';
import { refusesTools } from './agent.ts';
import { readCall, toolDeclarations } from './agent-tools.ts';
import type { Job } from './answer.ts';

const NOWHERE = {} as Job;

test('an agent may search, list and summarize documents and look at the clock, and nothing else', () => {
  expect(toolDeclarations.map(({ function: { name } }) => name)).toEqual([
    'search_documents',
    'list_documents',
    'summarize_document',
    'current_time',
  ]);
});

test.for(['toString', '__proto__', 'constructor', 'rm', ''])('a tool %j does not exist', async (name) => {
  const { thought, tool } = readCall({ name, arguments: '{}' });
  expect(thought).toBe('Asked for a tool that does not exist.');
  const { content } = await tool(NOWHERE);
  expect(content).toBe(
    `There is no tool ${name}. There are: search_documents, list_documents, summarize_document, current_time.`,
  );
});

test.for(['', '{', 'null', '7', '[]', '{"query":7}'])(
  'a call whose arguments cannot be read asks for nothing: %j',
  async (args) => {
    const { thought, tool } = readCall({ name: 'search_documents', arguments: args });
    expect(thought).toBe('Searching the documents for "".');
    expect(await tool(NOWHERE)).toEqual({ content: 'Give a query.' });
  },
);

test('the caller is shown at most 100 characters of what a model looks for', () => {
  const call = { name: 'search_documents', arguments: JSON.stringify({ query: 'x'.repeat(1_000) }) };
  expect(readCall(call).thought).toBe(`Searching the documents for "${'x'.repeat(100)}".`);
});

test('a server that says that it knows no tools is told apart from one that cannot answer', () => {
  const failure = { status: 400, message: 'model does not support tools', code: 'upstream_error' };
  expect(refusesTools(failure)).toBe(true);
  expect(refusesTools({ ...failure, message: 'Function calling is not enabled' })).toBe(true);
  expect(refusesTools({ ...failure, message: 'bad request' })).toBe(false);
  expect(refusesTools({ ...failure, status: 429 })).toBe(false);
  expect(refusesTools({ ...failure, status: 502 })).toBe(false);
  expect(refusesTools({ ...failure, code: 'model_not_found' })).toBe(false);
});
