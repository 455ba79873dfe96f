import type { ChatMessage, KeywardClient } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from './client.ts';
import { verb, type Context } from './command.ts';
import { answerPrompts, promptOf } from './conversation.ts';
import { usageError } from './exit.ts';
import { say, write } from './io.ts';
import { given, wholeNumber } from './parse.ts';

/** The server chooses: a list of the models would cost a request of its own. */
const DEFAULT_MODEL = 'default';

export const chat = verb({
  args: {
    prompt: { type: 'positional', required: false, description: 'The prompt; - reads stdin' },
    model: {
      type: 'string',
      alias: 'm',
      description: 'Name of the model. Default: the local model, else the first that chats',
    },
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
    const { model = DEFAULT_MODEL } = args;
    const messages: ChatMessage[] =
      args.system === undefined ? [] : [{ role: 'system', content: args.system }];
    return answerPrompts(context, args, {
      prompt,
      greeting: `Talking to ${args.model ?? 'the default model'}`,
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

/** Writes the answer as it is streamed, or returns it whole, and adds it to the messages. */
async function answer(client: KeywardClient, context: Context, question: Question): Promise<object> {
  const result = await (question.isWhole ? whole : streamed)(client, context, question);
  if (result.finish_reason === 'length') say(context.io, '(The answer was cut off at the token limit.)');
  question.messages.push({ role: 'assistant', content: result.content });
  return result;
}

interface Result {
  model: string;
  content: string;
  finish_reason: string | null;
  usage: unknown;
}

async function whole(
  client: KeywardClient,
  { io }: Context,
  { model, messages, settings }: Question,
): Promise<Result> {
  const request = { model, messages, ...settings };
  const { choices, ...rest } = await client.complete(request, { signal: io.interrupted });
  const [choice] = choices;
  const content = choice?.message.content ?? '';
  return {
    model: rest.model ?? model,
    content,
    finish_reason: choice?.finish_reason ?? null,
    usage: rest.usage ?? null,
  };
}

async function streamed(
  client: KeywardClient,
  { io }: Context,
  { model, messages, settings }: Question,
): Promise<Result> {
  const result: Result = { model, content: '', finish_reason: null, usage: null };
  try {
    for await (const chunk of client.chat({ model, messages, ...settings }, { signal: io.interrupted })) {
      const [choice] = chunk.choices;
      const piece = choice?.delta.content ?? '';
      result.content += piece;
      result.finish_reason = choice?.finish_reason ?? result.finish_reason;
      if (piece !== '') await write(io, piece);
    }
  } finally {
    const { content } = result;
    if (content !== '' && !content.endsWith('\n')) await write(io, '\n');
  }
  return result;
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
