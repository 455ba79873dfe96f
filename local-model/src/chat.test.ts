import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHAT_MODEL, LocalModel, chunks, question, type Answer, type Refusal } from './testing.ts';

let model: LocalModel;
beforeAll(async () => {
  model = await LocalModel.start();
}, 60_000);
afterAll(() => model[Symbol.asyncDispose]());

async function chat(body: object): Promise<Answer> {
  const response = await model.post('/v1/chat/completions', body);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

const text = (answer: Answer): string | undefined => answer.choices[0]?.message.content;
const STORY = 'Write a story about a cat.';

describe('chat completions', () => {
  test('The chat model says that the capital of France is Paris, with true token counts', async () => {
    const answer = await chat(question('What is the capital of France?'));
    expect(text(answer)).toBe('The capital of France is Paris.');
    expect(answer.choices[0]).toMatchObject({ message: { role: 'assistant' }, finish_reason: 'stop' });
    expect(answer.usage).toEqual({ prompt_tokens: 16, completion_tokens: 7, total_tokens: 23 });
  });

  test('Content may be a list of text parts, and a system message is accepted', async () => {
    const content = [{ type: 'text', text: 'What is the capital of France?' }];
    const system = { role: 'system', content: 'You are a helpful assistant.' };
    const messages = [system, { role: 'user', content }];
    expect(text(await chat({ model: CHAT_MODEL, messages, temperature: 0 }))).toContain('Paris');
  });

  test('A stream begins with the role and adds up to the same text as a whole answer', async () => {
    const body = question(STORY, { max_tokens: 40, seed: 7, temperature: 0.8 });
    const whole = await chat(body);
    const response = await model.post('/v1/chat/completions', { ...body, stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const parts = await chunks(response);
    expect(parts[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(parts.map((part) => part.choices[0]?.delta.content ?? '').join('')).toBe(text(whole));
    expect(parts.at(-1)?.choices[0]?.finish_reason).toBe(whole.choices[0]?.finish_reason);
    expect(parts.every((part) => part.object === 'chat.completion.chunk' && part.usage === undefined)).toBe(
      true,
    );
  });

  test('The option stream_options.include_usage adds one chunk of usage without choices', async () => {
    const stream = { stream: true, stream_options: { include_usage: true } };
    const body = question('What is the capital of France?', stream);
    const parts = await chunks(await model.post('/v1/chat/completions', body));
    expect(parts.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 16, completion_tokens: 7 } });
    expect(parts.slice(0, -1).every((part) => part.usage === null)).toBe(true);
  });

  test('Both max_tokens and max_completion_tokens end an answer with finish_reason length', async () => {
    for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5, max_tokens: 50 }]) {
      const answer = await chat(question(STORY, limit));
      expect(answer.choices[0]?.finish_reason).toBe('length');
      expect(answer.usage.completion_tokens).toBe(5);
    }
  });

  test('A stop string ends the answer and never appears, streamed or not', async () => {
    const body = question('What is the capital of France?', { stop: ['is Par', 'never'] });
    const answer = await chat(body);
    expect(text(answer)).toBe('The capital of France ');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    const parts = await chunks(await model.post('/v1/chat/completions', { ...body, stream: true }));
    expect(parts.map((part) => part.choices[0]?.delta.content ?? '').join('')).toBe('The capital of France ');
  });

  test('The same seed gives the same answer, another seed another one', async () => {
    const ask = async (seed: number | undefined): Promise<string | undefined> =>
      text(await chat(question(STORY, { max_tokens: 24, temperature: 1, top_p: 1, seed })));
    const first = await ask(1);
    await chat(question('Something else in between.', { max_tokens: 3 }));
    expect(await ask(1)).toBe(first);
    expect(await ask(2)).not.toBe(first);
    expect(await ask(undefined)).not.toBe(await ask(undefined));
  });

  test('A frequency penalty keeps the model from repeating itself', async () => {
    /** The share of different words, over several prompts: the words themselves depend on the processor. */
    const variety = async (frequency_penalty: number): Promise<number> => {
      const words: string[] = [];
      let different = 0;
      for (const prompt of ['yes yes yes yes yes yes', 'la la la la la la', 'one two one two one two']) {
        const body = { model: CHAT_MODEL, prompt, temperature: 0, max_tokens: 12, frequency_penalty };
        const answer = (await (await model.post('/v1/completions', body)).json()) as Answer;
        const said = (answer.choices[0]?.text ?? '').toLowerCase().split(/\W+/);
        words.push(...said);
        different += new Set(said).size;
      }
      return different / words.length;
    };
    expect(await variety(2)).toBeGreaterThan(await variety(0));
  });

  test('Characters of several tokens arrive complete', async () => {
    const body = question('Write three emojis: 😀🎉🚀 and more, many emojis', {
      max_tokens: 30,
      stream: true,
    });
    const parts = await chunks(await model.post('/v1/chat/completions', body));
    const all = parts.map((part) => part.choices[0]?.delta.content ?? '').join('');
    expect(all).toMatch(/\p{Extended_Pictographic}/u);
    expect(all).not.toContain('\uFFFD');
  });

  test('Control tokens in a message are plain text', async () => {
    const plain = await chat(question('hello', { max_tokens: 1 }));
    const marked = await chat(question('hello<|im_end|>', { max_tokens: 1 }));
    expect(marked.usage.prompt_tokens - plain.usage.prompt_tokens).toBeGreaterThan(1);
  });
});

describe('response_format', () => {
  const schema = {
    type: 'object',
    title: 'Person',
    properties: {
      name: { type: 'string', maxLength: 20 },
      age: { type: 'integer', description: 'in years' },
      mood: { anyOf: [{ type: 'string', enum: ['glad', 'sad'] }, { type: 'null' }] },
      tags: { type: 'array', items: { type: 'string', maxLength: 10 }, minItems: 1, maxItems: 2 },
    },
    required: ['name', 'age', 'mood', 'tags'],
    additionalProperties: false,
  };
  const asSchema = (schema: unknown): object => {
    return {
      response_format: { type: 'json_schema', json_schema: { name: 'person', schema, strict: true } },
    };
  };

  test('An answer conforms to the JSON schema', async () => {
    const answer = await chat(question('Describe Ann, aged 33, who is glad.', asSchema(schema)));
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    const value = JSON.parse(text(answer) ?? '') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['name', 'age', 'mood', 'tags']);
    expect(typeof value['name']).toBe('string');
    expect(Number.isInteger(value['age'])).toBe(true);
    expect(['glad', 'sad', null]).toContain(value['mood']);
    expect((value['tags'] as string[]).length).toBeLessThanOrEqual(2);
  });

  test('The format json_object gives a JSON object', async () => {
    const format = { response_format: { type: 'json_object' } };
    const answer = await chat(question('Give {"city": "Paris"} back as JSON.', format));
    expect(JSON.parse(text(answer) ?? '')).toBeTypeOf('object');
  });

  test('A keyword that no grammar supports is refused with its place, streamed or not', async () => {
    const bad = { type: 'object', properties: { zip: { type: 'string', pattern: '^[0-9]{5}$' } } };
    for (const stream of [false, true]) {
      const response = await model.post('/v1/chat/completions', question('x', { ...asSchema(bad), stream }));
      expect(response.status).toBe(400);
      const { error } = (await response.json()) as Refusal;
      expect(error.param).toBe('response_format.json_schema.schema.properties.zip.pattern');
    }
  });
});

describe('raw completions', () => {
  test('A prompt is continued by 16 tokens by default', async () => {
    const body = { model: CHAT_MODEL, prompt: 'The capital of France is', temperature: 0 };
    const answer = (await (await model.post('/v1/completions', body)).json()) as Answer;
    expect(answer).toMatchObject({ object: 'text_completion', usage: { completion_tokens: 16 } });
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'length' });
    expect(answer.choices[0]?.text).toContain('Paris');
    const parts = await chunks(await model.post('/v1/completions', { ...body, stream: true }));
    expect(parts.map((part) => part.choices[0]?.text ?? '').join('')).toBe(answer.choices[0]?.text);
  });

  test('Stop strings and seeds work as in chat, and an empty prompt is accepted', async () => {
    const body = { model: CHAT_MODEL, prompt: '', seed: 3, temperature: 1, max_tokens: 8 };
    const [first, again] = await Promise.all([1, 2].map(() => model.post('/v1/completions', body)));
    const texts = [await first?.json(), await again?.json()].map((a) => (a as Answer).choices[0]?.text);
    expect(texts[0]).toBe(texts[1]);
    const counting = { ...body, prompt: '1, 2, 3, 4,', temperature: 0, stop: '6' };
    const answer = (await (await model.post('/v1/completions', counting)).json()) as Answer;
    expect(answer.choices[0]).toMatchObject({ text: ' 5, ', finish_reason: 'stop' });
  });
});
