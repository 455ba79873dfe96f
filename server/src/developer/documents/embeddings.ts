import { Type } from 'typebox';
import { nullable, type Answer } from '../../http/index.ts';
import { ModelAccount } from '../../models/index.ts';
import { json } from '../answers.ts';
import { openaiError } from '../chat/openai-chat.ts';
import { asSent, field } from '../fields.ts';
import type { Route } from '../services.ts';
import { documentRoute } from '../surface.ts';

/** Texts of one request. */
const TEXTS_MAX = 2_048;

/** @returns an empty list where one of the texts is invalid; undefined where nothing was sent. */
function readInput(input: unknown): string[] | undefined {
  if (input === undefined || input === null) return undefined;
  const texts: unknown[] = Array.isArray(input) ? input : [input];
  const isText = (text: unknown): text is string => typeof text === 'string' && text !== '';
  return texts.length <= TEXTS_MAX && texts.every(isText) ? texts : [];
}

/** With a name of its own: openapi-generator makes Go that does not compile of a union with a nameless array of numbers. */
const Vector = Type.Array(Type.Number(), { title: 'Vector' });

const EmbeddingRefusal = Type.Object({
  error: Type.Object({
    message: Type.String(),
    type: Type.String(),
    param: nullable(Type.String()),
    code: Type.String(),
  }),
});
const ModelRefusal = Type.Object({ error: Type.String() });
const BAD_INPUT = {
  message: `input: must be a text, or a list of 1 to ${TEXTS_MAX} texts that are not empty, such as "Hello".`,
  status: 400,
  code: 'invalid_input',
};

const embeddingInput = field(Type.Union([Type.String(), Type.Array(Type.String())]), readInput);

export const embeddingsRoute: Route = documentRoute({
  method: 'POST',
  path: '/v1/openai/embeddings',
  id: 'openai.embeddings',
  summary: "Turn texts into vectors, with the server's embedding model",
  access: 'models:use',
  body: Type.Object({
    input: embeddingInput,
    inputs: Type.Optional(embeddingInput),
    ...asSent({
      model: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'Not looked at' })),
    }),
    encoding_format: Type.Optional(
      field(Type.Enum(['float', 'base64']), (value) => (value === 'base64' ? value : 'float')),
    ),
  }),
  responses: {
    200: Type.Object({
      object: Type.Literal('list'),
      data: Type.Array(
        Type.Object({
          object: Type.Literal('embedding'),
          embedding: Type.Union([Vector, Type.String()]),
          index: Type.Integer(),
        }),
      ),
      model: Type.String(),
      usage: Type.Object({ prompt_tokens: Type.Integer(), total_tokens: Type.Integer() }),
    }),
    400: EmbeddingRefusal,
    404: ModelRefusal,
    502: ModelRefusal,
    504: ModelRefusal,
  },
  handler: async (services, call): Promise<Answer> => {
    const { input, inputs = [], encoding_format: encoding } = call.body;
    const texts = input ?? inputs;
    if (texts.length === 0) return json(openaiError(BAD_INPUT), 400);
    const account = new ModelAccount(services, call);
    const { retrieval } = services;
    const { model, vectors, tokens } = await retrieval.embed(texts, { account, signal: call.signal });
    return json({
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        embedding: encoding === 'base64' ? base64Of(vector) : [...vector],
        index,
      })),
      model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  },
});

/** 32-bit floats, little-endian, as in the OpenAI API. */
const base64Of = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
