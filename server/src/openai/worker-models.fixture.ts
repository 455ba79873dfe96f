import OpenAI from 'openai';

const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

/** A chunk as a worker sends it. */
export const chunk = (content: string, reason: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: { content }, finish_reason: reason }],
});
export const usageChunk = { ...chunk(''), choices: [], usage: USAGE };
export const whole = (content: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: USAGE,
});

export const textOf = async (stream: AsyncIterable<OpenAI.ChatCompletionChunk>) => {
  let text = '';
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
  return text;
};

/** The error of a call; undefined: it succeeded. */
export const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );
