import { unwrap, type ChatMessage, type KeywardClient } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from './client.ts';
import { verb, type Context } from './command.ts';
import { answerPrompts, promptOf } from './conversation.ts';
import { CliError, EXIT, usageError } from './exit.ts';
import { say, write } from './io.ts';
import { given, wholeNumber } from './parse.ts';

/** Names of models that do not chat. */
const NO_CHAT = /embed|minilm|bge-|whisper|tts|dall-e|image|moderation|rerank|transcribe|realtime|sora/i;

export const chat = verb({
  args: {
    prompt: { type: 'positional', required: false, description: 'The prompt; - reads stdin' },
    model: { type: 'string', alias: 'm', description: 'Name of the model. Default: the first chat model' },
    system: { type: 'string', description: 'System message before the conversation' },
    'max-tokens': { type: 'string', description: 'Largest length of the answer, in tokens' },
    temperature: { type: 'string', description: 'Temperature of the model, such as 0 (deterministic) or 1' },
    ...CLIENT_ARGS,
  },
  examples: [
    'chat "What is the capital of France?"',
    'chat --model gpt-4o --system "Answer in one word."',
    '$ keyward chat - < question.txt > answer.txt',
  ],
  notes:
    'The answer is streamed as text. --output json prints it as a whole, with its usage.\n' +
    'On a terminal without a prompt it starts a conversation. An empty line or Ctrl-D ends it.',
  endsItself: true,
  run: async (args, context) => {
    const settings = settingsOf(args);
    const prompt = await promptOf(args, context, 'keyward chat "Hello"');
    const client = await openClient(args, context);
    const model = args.model ?? (await firstModel(client));
    const messages: ChatMessage[] =
      args.system === undefined ? [] : [{ role: 'system', content: args.system }];
    return answerPrompts(context, args, {
      prompt,
      greeting: `Talking to ${model}`,
      answer: (content, isWhole) => {
        messages.push({ role: 'user', content });
        return answer(client, context, { model, messages, settings, isWhole });
      },
    });
  },
});

interface Question {
  model: string;
  messages: ChatMessage[];
  settings: Record<string, unknown>;
  /** Writes nothing: the caller prints the result. */
  isWhole: boolean;
}

/** Writes the answer as it is streamed, and adds it to the messages. */
async function answer(
  client: KeywardClient,
  { io }: Context,
  { model, messages, settings, isWhole }: Question,
): Promise<object> {
  let content = '';
  let finish_reason: string | null = null;
  let usage: unknown = null;
  const request = {
    model,
    messages,
    ...settings,
    ...(isWhole ? { stream_options: { include_usage: true } } : {}),
  };
  try {
    for await (const chunk of client.chat(request, { signal: io.interrupted })) {
      const [choice] = chunk.choices;
      const piece = choice?.delta.content ?? '';
      content += piece;
      finish_reason = choice?.finish_reason ?? finish_reason;
      usage = chunk.usage ?? usage;
      if (!isWhole && piece !== '') await write(io, piece);
    }
  } finally {
    if (!isWhole && content !== '' && !content.endsWith('\n')) await write(io, '\n');
  }
  if (finish_reason === 'length') say(io, '(The answer was cut off at the token limit.)');
  messages.push({ role: 'assistant', content });
  return { model, content, finish_reason, usage };
}

interface SettingChoice {
  'max-tokens'?: string | undefined;
  temperature?: string | undefined;
}

function settingsOf({ 'max-tokens': tokens, temperature }: SettingChoice) {
  if (temperature !== undefined && !/^\d+(\.\d+)?$/.test(temperature))
    throw usageError('--temperature must be a number such as 0.7.');
  return given({
    max_tokens: tokens === undefined ? undefined : wholeNumber('max-tokens', tokens, { min: 1 }),
    temperature: temperature === undefined ? undefined : Number(temperature),
  });
}

async function firstModel(client: KeywardClient): Promise<string> {
  const { data } = await unwrap(client.GET('/v1/models'));
  const model = data.find(({ id }) => !NO_CHAT.test(id));
  if (model !== undefined) return model.id;
  throw new CliError('This key covers no chat model.', {
    exitCode: EXIT.notFound,
    hint: 'Add an upstream, or name a model with --model.',
    example: 'keyward upstreams add openai https://api.openai.com/v1 --api-key-stdin < key.txt',
  });
}
