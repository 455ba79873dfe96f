import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { ASKED_AGAIN, Developer, type ChatAnswer } from './developer.ts';
import { openai } from './openai.ts';
import { startServer, type Server } from './server.ts';

const ANSWER_TIMEOUT_MS = 60_000;
const FACT =
  'The lighthouse Solvakt stands on the island of Varnholm. It was lit for the first time in 1887.';
const QUESTION = 'What is the name of the lighthouse on Varnholm?';
/** A model of 135 million parameters answers rightly with a short prompt. */
const openAiPrompt = 'You answer questions about the text you are given.';

interface Frame {
  type: string;
  textResponse?: string;
  close: boolean;
  sources?: { title: string }[];
}

let server: Server;
let developer: Developer;

beforeAll(async () => {
  server = await startServer({ localModel: true });
  await server.untilModelReady();
  developer = new Developer(server);
  await developer.newWorkspace('Coast', { openAiTemp: 0, topN: 1, chatMode: 'query', openAiPrompt });
  await developer.ask('POST', '/document/raw-text', {
    textContent: FACT,
    metadata: { title: 'Lighthouses' },
    addToWorkspaces: 'coast',
  });
}, 180_000);

async function framesOf(body: object): Promise<Frame[]> {
  const { text } = await server.request('POST', '/api/v1/workspace/coast/stream-chat', { body });
  const events = text.split('\n\n').filter((event) => event !== '');
  return events.map((event) => JSON.parse(event.replace(/^data: /, '')) as Frame);
}

describe('a workspace with the local models', { timeout: ANSWER_TIMEOUT_MS, retry: ASKED_AGAIN }, () => {
  test('An answer arrives piece by piece, and its last event names its source', async () => {
    const frames = await framesOf({ message: QUESTION, sessionId: randomUUID() });
    const pieces = frames.filter(({ type }) => type === 'textResponseChunk');
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.map(({ textResponse }) => textResponse).join('')).toMatch(/Solvakt/);
    expect(frames.at(-1)?.type).toBe('finalizeResponseStream');
    expect(frames.at(-1)?.sources).toMatchObject([{ title: 'lighthouses.txt' }]);
  });

  test('Mode query refuses a question that no document answers', async () => {
    const [refusal, ...more] = await framesOf({ message: 'Who won the football cup?', sessionId: 'other' });
    expect(more).toEqual([]);
    expect(refusal?.textResponse).toContain('no relevant information');
  });

  test('An agent on a model without tool calls answers from the passages', async () => {
    const answer = await developer.chat('coast', `@agent ${QUESTION}`, { sessionId: randomUUID() });
    expect(answer.textResponse).toMatch(/Solvakt/);
    expect(answer.sources[0]?.title).toBe('lighthouses.txt');
    expect((answer as ChatAnswer & { thoughts: string[] }).thoughts).toHaveLength(1);
  });

  test('An attached document is read', async () => {
    const words = Buffer.from('The harbour master of Varnholm is called Torben Ask.').toString('base64');
    const attachments = [
      {
        name: 'harbour.txt',
        mime: 'application/anythingllm-document',
        contentString: `data:text/plain;base64,${words}`,
      },
    ];
    const message = 'What is the name of the harbour master of Varnholm?';
    const answer = await developer.chat('coast', message, {
      sessionId: randomUUID(),
      mode: 'chat',
      attachments,
    });
    expect(answer.textResponse).toContain('Torben');
    expect(answer.sources[0]?.title).toBe('harbour.txt');
  });

  test('The OpenAI client finds the workspace as a model', async () => {
    const client = openai(server, { apiKey: server.home.adminKey, baseURL: `${server.url}/api/v1/openai` });
    const answer = await client.chat.completions.create({
      model: 'coast',
      temperature: 0,
      messages: [{ role: 'user', content: QUESTION }],
    });
    expect(answer.choices[0]?.message.content).toMatch(/Solvakt/);
    expect(answer.usage?.total_tokens).toBeGreaterThan(50);
  });
});
