import { json, stream, type Behaviour } from '../../server/test/upstream.ts';

const DIMENSIONS = 384;
const WORDS = ['Good ', 'day ', 'to ', 'you.'];
const USAGE = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 };

/** An upstream for chats and embeddings whose answers depend on the request alone. */
export const models: Behaviour = (response, received) => {
  const request = JSON.parse(received.body.toString()) as Request;
  const answer = received.path.endsWith('/embeddings') ? embeddings(request) : chat(request);
  return answer(response, received);
};

interface Request {
  model: string;
  stream?: boolean;
  input?: string | string[];
  encoding_format?: string;
}

function chat({ model, stream: streamed }: Request): Behaviour {
  const head = { id: 'chatcmpl-1', created: 1_700_000_000, model };
  const message = { role: 'assistant', content: WORDS.join('') };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  if (streamed !== true) return json({ ...head, object: 'chat.completion', choices, usage: USAGE });
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  const chunks = [
    ...WORDS.map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
    { ...head, object: 'chat.completion.chunk', choices: [], usage: USAGE },
  ];
  const events = [...chunks.map((data) => JSON.stringify(data)), '[DONE]'];
  return stream(events.map((data) => Buffer.from(`data: ${data}\n\n`)));
}

function embeddings({ model, input = [], encoding_format }: Request): Behaviour {
  const data = [input].flat().map((text, index) => {
    const vector = Float32Array.from(vectorOf(text));
    const embedding =
      encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  return json({ object: 'list', data, model, usage: { prompt_tokens: 3, total_tokens: 3 } });
}

/** Counts of words by hash; texts without a common word have unrelated vectors. */
function vectorOf(text: string): number[] {
  const counts = Array.from<number>({ length: DIMENSIONS }).fill(0);
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    const hash = Buffer.from(word).reduce((sum, letter) => (sum * 31 + letter) % 8_191, 7);
    const drawer = hash % DIMENSIONS;
    counts[drawer] = (counts[drawer] ?? 0) + 1;
  }
  const length = Math.hypot(...counts) || 1;
  return counts.map((count) => count / length);
}
