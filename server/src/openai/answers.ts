import { Type } from 'typebox';
import { nullable } from '../http/index.ts';

/*
 * Answers of models in the OpenAI API, for typed clients. Answers pass unchanged, and upstreams leave members out and add others, so
 * few are required.
 */

const opt = Type.Optional;
const textOrNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

const Usage = Type.Object(
  {
    prompt_tokens: Type.Integer({ description: 'Tokens of the request' }),
    completion_tokens: opt(Type.Integer({ description: 'Tokens of the answer; embeddings have none' })),
    total_tokens: Type.Integer({ description: 'Both together' }),
  },
  { title: 'ModelUsage' },
);

const common = {
  id: opt(Type.String({ description: 'The id that the upstream gave this answer' })),
  created: opt(Type.Integer({ description: 'When it was made, in seconds since 1970' })),
  model: opt(Type.String({ description: 'The model that answered' })),
  usage: opt(
    Type.Union([Usage, Type.Null()], { description: 'The usage of the answer, if the upstream gives it' }),
  ),
};

const index = Type.Integer({ description: 'Its place in the list, from 0' });
const functionName = Type.String({ description: 'The function to be called' });
const functionArguments = Type.String({ description: 'JSON as the model wrote it, which may be wrong' });
const content = textOrNull('The text; null without one, such as beside tool calls');
const refusal = opt(nullable(Type.String({ description: 'Why the model does not answer' })));
const finishReason = textOrNull(
  'stop, length, tool_calls, content_filter or another word of the upstream; null while it goes on',
);

const ToolCall = Type.Object(
  {
    id: Type.String({ description: 'What the message with the result names as tool_call_id' }),
    type: Type.Literal('function', { description: 'The kind of tool' }),
    function: Type.Object(
      { name: functionName, arguments: functionArguments },
      { description: 'What is to be called' },
    ),
  },
  { title: 'ToolCall', description: 'A call that the model wants made.' },
);

const ToolCallPiece = Type.Object(
  {
    index,
    id: opt(Type.String({ description: 'In the first piece of a call' })),
    type: opt(Type.Literal('function', { description: 'In the first piece of a call' })),
    function: opt(
      Type.Object(
        { name: opt(functionName), arguments: opt(functionArguments) },
        { description: 'The next piece of the arguments is added to those before' },
      ),
    ),
  },
  { title: 'ToolCallPiece', description: 'A piece of a call that the model wants made.' },
);

export const ChatCompletion = Type.Object(
  {
    ...common,
    object: opt(Type.Literal('chat.completion', { description: 'The kind of answer' })),
    choices: Type.Array(
      Type.Object({
        index: opt(index),
        message: Type.Object(
          {
            role: opt(Type.Literal('assistant', { description: 'The speaker' })),
            content: opt(content),
            refusal,
            tool_calls: opt(Type.Array(ToolCall, { description: 'Calls that the model wants made' })),
          },
          { description: 'The answer' },
        ),
        finish_reason: opt(finishReason),
      }),
      { description: 'One, or as many as n asked for' },
    ),
  },
  { title: 'ChatCompletion', description: 'A whole answer to a chat.' },
);

export const ChatCompletionChunk = Type.Object(
  {
    ...common,
    object: opt(Type.Literal('chat.completion.chunk', { description: 'The kind of answer' })),
    choices: Type.Array(
      Type.Object({
        index,
        delta: Type.Object(
          {
            role: opt(Type.String({ description: 'The speaker, in the first piece' })),
            content: opt(content),
            refusal,
            tool_calls: opt(
              Type.Array(ToolCallPiece, { description: 'Pieces of calls, told apart by index' }),
            ),
          },
          { description: 'The next piece' },
        ),
        finish_reason: opt(finishReason),
      }),
      { description: 'None in the piece that has the usage' },
    ),
  },
  {
    title: 'ChatCompletionChunk',
    description: 'The data of one event of a streamed answer; the last is [DONE].',
  },
);

export const Embeddings = Type.Object(
  {
    ...common,
    object: opt(Type.Literal('list', { description: 'The kind of answer' })),
    data: Type.Array(
      Type.Object({
        object: opt(Type.Literal('embedding', { description: 'The kind of item' })),
        index,
        embedding: Type.Array(Type.Number(), {
          description: 'The vector; a base64 text in its place where encoding_format was base64',
        }),
      }),
      { description: 'One vector for each input' },
    ),
  },
  { title: 'Embeddings', description: 'Vectors of texts.' },
);
