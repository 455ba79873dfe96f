import { describe, expect, test } from 'vitest';
import type { PlacedChat } from '../../workspaces/index.ts';
import { csvCell, csvTime, EXPORTS } from './exports.ts';

const chat = (fields: Partial<PlacedChat> = {}): PlacedChat => ({
  id: 1,
  workspaceId: 2,
  threadId: null,
  userId: null,
  apiSessionId: null,
  prompt: 'Why?',
  response: { text: 'Because.', sources: [], type: 'chat', attachments: [], metrics: {} },
  isIncluded: true,
  isGood: null,
  createdAt: Date.parse('2026-11-21T01:50:16.381Z'),
  updatedAt: 0,
  workspace: { name: 'Docs', slug: 'docs', openAiPrompt: 'Be kind.' },
  ...fields,
});

async function* given(chats: PlacedChat[]): AsyncGenerator<PlacedChat> {
  yield* chats;
}

async function written(type: string, chats: PlacedChat[]): Promise<string> {
  const facts = { usernames: new Map([[7, 'ann']]), defaultPrompt: 'Be brief.' };
  let whole = '';
  for await (const piece of EXPORTS[type]?.write(given(chats), facts) ?? []) whole += piece;
  return whole;
}

const attachments = [
  { mime: 'image/png', contentString: 'data:image/png;base64,AA==' },
  { mime: 'image/gif', contentString: 'BB==' },
];
const images = [
  { type: 'image', image: 'data:image/png;base64,AA==' },
  { type: 'image', image: 'data:image/gif;base64,BB==' },
];
const withImages = chat({ id: 3, userId: 7, response: { ...chat().response, attachments } });

describe('chats as JSON', () => {
  test('are what JSON.stringify would write of the whole list, indented by 4', async () => {
    const text = await written('json', [
      chat({ apiSessionId: 's' }),
      chat({ id: 2, isGood: true, prompt: 'Two\nlines' }),
      withImages,
      chat({ id: 4, isGood: false, userId: 99 }),
    ]);
    const plain = {
      prompt: 'Why?',
      response: 'Because.',
      sent_at: '2026-11-21T01:50:16.381Z',
      attachments: [],
      workspace: 'Docs',
    };
    const items = [
      { id: 1, ...plain, username: 'API', rating: '--' },
      { id: 2, ...plain, prompt: 'Two\nlines', username: 'unknown user', rating: 'GOOD' },
      { id: 3, ...plain, attachments: images, username: 'ann', rating: '--' },
      { id: 4, ...plain, username: 'unknown user', rating: 'BAD' },
    ];
    expect(text).toBe(JSON.stringify(items, null, 4));
  });

  test.for([
    ['json', '[]'],
    ['jsonAlpaca', '[]'],
    ['jsonl', ''],
    ['csv', 'id,workspace,prompt,response,sent_at,username,rating'],
  ] as const)('without chats are an empty %s', async ([type, text]) => {
    expect(await written(type, [])).toBe(text);
  });
});

describe('chats as CSV', () => {
  test('have a line each, every cell in quotes', async () => {
    const text = await written('csv', [chat({ prompt: 'Say "hi"\r\nand more', isGood: true })]);
    expect(text.split('\n')).toEqual([
      'id,workspace,prompt,response,sent_at,username,rating',
      '"1","Docs","Say ""hi"" and more","Because.","Sat Nov 21 2026 01:50:16 GMT+0000 (Coordinated Universal Time)",' +
        '"unknown user","GOOD"',
    ]);
  });

  test.for(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =1', '\n=1'])(
    'hold no formula: %j is text',
    (text) => {
      expect(csvCell(text).startsWith(`"'`)).toBe(true);
    },
  );

  test.for(['a=1', 'x', '', '1-1'])('%j is left as it is', (text) => {
    expect(csvCell(text)).toBe(`"${text}"`);
  });

  test('times are in UTC', () => {
    expect(csvTime(0)).toBe('Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)');
  });
});

test.each(['json', 'csv', 'jsonl', 'jsonAlpaca'] as const)(
  'what moved in with odd attachments and sources breaks no export as %s',
  async (type) => {
    const attachments = [null, 5, 'x', { contentString: null }, { contentString: 7, mime: {} }];
    const sources = [null, 'x', { text: null }, { text: 5 }];
    const odd = chat({ id: 8, response: { ...chat().response, attachments, sources } });
    expect(await written(type, [odd, chat({ id: 9, prompt: 'The next' })])).toContain('The next');
  },
);

describe('chats for training', () => {
  test('a line each workspace, with its prompt and all that was said', async () => {
    const other = { name: 'B', slug: 'b', openAiPrompt: null };
    const text = await written('jsonl', [
      chat(),
      withImages,
      chat({ id: 4, workspaceId: 5, workspace: other }),
    ]);
    const said = (role: string, words: string, more: object[] = []) => ({
      role,
      content: [{ type: 'text', text: words }, ...more],
    });
    const pair = [said('user', 'Why?'), said('assistant', 'Because.')];
    expect(text.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        messages: [
          said('system', 'Be kind.'),
          ...pair,
          said('user', 'Why?', images),
          said('assistant', 'Because.'),
        ],
      },
      { messages: [said('system', 'Be brief.'), ...pair] },
    ]);
  });

  test('as instructions, with the passages that were given', async () => {
    const sources = [{ text: 'One.' }, { text: 'Two.' }];
    const text = await written('jsonAlpaca', [chat({ response: { ...chat().response, sources } }), chat()]);
    const passages = sources
      .map(({ text }, i) => `[CONTEXT ${i}]:\n${text}\n[END CONTEXT ${i}]\n\n`)
      .join('');
    expect(text).toBe(
      JSON.stringify(
        [
          { instruction: `Be kind.\nContext:\n${passages}`, input: 'Why?', output: 'Because.' },
          { instruction: 'Be kind.', input: 'Why?', output: 'Because.' },
        ],
        null,
        4,
      ),
    );
  });
});
