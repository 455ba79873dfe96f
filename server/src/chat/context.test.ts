import { expect, test } from 'vitest';
import type { Hit } from '../retrieval/index.ts';
import type { Job } from './answer.ts';
import { gather, historyTurns, wantedPassages } from './context.ts';
import type { Attachment } from './message.ts';

test('A prompt has as many turns as the workspace sets, 20 for 0, and at most 200', () => {
  expect([0, 1, 7, 200, 201, 1e9].map(historyTurns)).toEqual([20, 1, 7, 200, 200, 200]);
});

test('A prompt has as many passages as the workspace sets, and 4 for less than 1', () => {
  expect([-1, 0, 1, 12].map(wantedPassages)).toEqual([4, 4, 1, 12]);
});

const metadataOf = (title: string) => ({ id: title, title, published: 'today' });
const fileOf = (name: string, mime = 'text/plain'): Attachment => ({
  name,
  mime,
  contentString: `data:${mime};base64,${Buffer.from(`text of ${name}`).toString('base64')}`,
});

/** A chat in a workspace with a pinned document and two passages, and all that its search and its history are asked. */
function chat(attachments: Attachment[] = [], more: { openAiHistory?: number; hasPassages?: boolean } = {}) {
  const asked: { turns: number[]; searches: object[] } = { turns: [], searches: [] };
  const hits = ['one', 'two'].map((title) => ({
    id: `passage of ${title}`,
    text: `passage ${title}`,
    metadata: metadataOf(title),
    distance: 0.5,
    score: 0.5,
  }));
  const documents = ['pinned', 'one', 'two', 'old'].map((title) => ({
    id: title,
    metadata: metadataOf(title),
    tokenCount: 10,
  }));
  const old = { ...metadataOf('old'), id: 'passage of old', text: 'passage old', score: 0.5 };
  const members = documents.map(({ id }) => ({ documentId: id }));
  const context = {
    storage: { db: undefined },
    clock: { nowMs: () => 0 },
    intake: {
      read: async ({ name, bytes }: { name: string; bytes: Buffer }) =>
        name === 'broken'
          ? { refusal: 'It is broken.' }
          : { text: bytes.toString(), called: name, properties: {} },
    },
    documents: {
      byIds: async (_db: unknown, ids: string[]) => documents.filter(({ id }) => ids.includes(id)),
      text: async (_db: unknown, id: string) => `text of ${id}`,
    },
    retrieval: {
      pinned: async () => members.slice(0, 1),
      members: async () => members,
      search: async ({ except, ...wanted }: { except: () => Promise<string[]> }) => {
        asked.searches.push({ ...wanted, except: await except() });
        return hits as unknown as Hit[];
      },
    },
  };
  const request = {
    workspace: { id: 7, openAiHistory: more.openAiHistory ?? 0, topN: 3, similarityThreshold: 0.25 },
    conversation: {
      recent: async (turns: number) => {
        asked.turns.push(turns);
        return [{ prompt: 'before', text: 'answer', sources: [old], attachments: [] }];
      },
    },
    message: 'question',
    attachments,
    isDocument: ({ mime }: Attachment) => mime === 'text/plain',
    instructions: async () => ({ text: 'Be brief.', secrets: ['s'] }),
  };
  const job = { context, request, model: { windowTokens: 4_096 }, hasPassages: more.hasPassages ?? true };
  return { job: job as unknown as Job, asked };
}

test('A prompt has pinned documents, attached ones, passages, and then sources of the last answer', async () => {
  const { texts, sources, instructions, secrets, history } = await gather(chat([fileOf('attached')]).job);
  expect(texts).toEqual(['text of pinned', 'text of attached', 'passage one', 'passage two', 'passage old']);
  expect(sources.map(({ title }) => title)).toEqual(['pinned', 'attached', 'one', 'two']);
  expect({ instructions, secrets, turns: history.length }).toEqual({
    instructions: 'Be brief.',
    secrets: ['s'],
    turns: 1,
  });
});

test('A prompt asks its history and its search for as much as the workspace sets, without pinned documents', async () => {
  const { job, asked } = chat([], { openAiHistory: 2 });
  await gather(job);
  expect(asked.turns).toEqual([2]);
  expect(asked.searches).toMatchObject([
    { query: 'question', collectionId: 7, topN: 3, threshold: 0.25, except: ['pinned'] },
  ]);
});

test('A workspace without vectors is not searched', async () => {
  const { job, asked } = chat([], { hasPassages: false });
  expect((await gather(job)).texts).toEqual(['text of pinned', 'passage old']);
  expect(asked.searches).toEqual([]);
});

test('Pictures stay as they are, and a document that cannot be read is a text for the model', async () => {
  const picture = fileOf('cat', 'image/png');
  const { texts, images } = await gather(chat([picture, fileOf('broken')]).job);
  expect(images).toEqual([picture]);
  expect(texts).toContain('The attached file could not be read. It is broken.');
});
