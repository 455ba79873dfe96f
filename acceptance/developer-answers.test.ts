import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { ASKED_AGAIN, Developer } from './developer.ts';
import { papers } from './papers.ts';
import { startServer } from './server.ts';

const ANSWER_TIMEOUT_MS = 120_000;
const REFUSAL = 'There is no relevant information in this workspace to answer your query.';

let developer: Developer;

beforeAll(async () => {
  const server = await startServer({ localModel: true });
  await server.untilModelReady();
  developer = new Developer(server);
  // A model of 135 million parameters answers rightly with one passage and a short prompt.
  const openAiPrompt = 'You answer questions about the text you are given.';
  const settings = { openAiTemp: 0, topN: 1, chatMode: 'query', openAiPrompt };
  await developer.newWorkspace('Both', settings);
  const { pdf, docx } = papers();
  await developer.upload('handbook.pdf', pdf, 'both');
  await developer.upload('minutes.docx', docx, 'both');
}, 180_000);

/** Each answer is in one of the documents only. */
const QUESTIONS = [
  ['What is the name of the main telescope?', 'Tuva', 'handbook.pdf'],
  ['Where is the brass filter?', 'cupboard', 'handbook.pdf'],
  ['Where does the next meeting take place?', 'dairy', 'minutes.docx'],
] as const;

const asking = { timeout: ANSWER_TIMEOUT_MS, retry: ASKED_AGAIN };

describe('questions about a PDF of four pages and a Word document', asking, () => {
  test.for(QUESTIONS)('The documents answer the question: %s', async ([question, answer, document]) => {
    const conversation = { sessionId: randomUUID() };
    const { textResponse, sources, error } = await developer.chat('both', question, conversation);
    expect(error).toBeNull();
    expect({ textResponse, says: textResponse.includes(answer) }).toEqual({ textResponse, says: true });
    expect(sources[0]?.title).toBe(document);
    expect(sources[0]?.score).toBeGreaterThan(0.25);
  });

  test.for(['Which team won the football cup in Brazil?'])(
    'A question that no document answers is refused without asking a model: %s',
    async (question) => {
      const answer = await developer.chat('both', question, { sessionId: question });
      expect(answer).toMatchObject({ type: 'textResponse', textResponse: REFUSAL, sources: [] });
      expect(answer.chatId).toBeUndefined();
    },
  );

  test('A document that was removed from a workspace is not searched any more', async () => {
    const { workspace } = await developer.ask<{ workspace: { documents: { docpath: string }[] }[] }>(
      'GET',
      '/workspace/both',
    );
    const handbook = workspace[0]?.documents.find(({ docpath }) => docpath.includes('handbook'));
    await developer.ask('POST', '/workspace/both/update-embeddings', { deletes: [handbook?.docpath] });
    const { sources } = await developer.chat('both', QUESTIONS[0][0], { sessionId: 'after' });
    expect(sources.filter(({ title }) => title === 'handbook.pdf')).toEqual([]);
  });
});
