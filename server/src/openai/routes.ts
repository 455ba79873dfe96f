import { Type, type TObject, type TSchema } from 'typebox';
import { invalidField } from '../base/errors.ts';
import { REQUEST_ID_HEADER, type Answer, type Call } from '../http/index.ts';
import { ModelAccount, ModelForm, paidOnce, type RequestBody } from '../models/index.ts';
import { ChatCompletion, ChatCompletionChunk, Embeddings } from './answers.ts';
import { batchRoutes } from './batches/routes.ts';
import { chosenModel } from './default-model.ts';
import { modelListView, modelView } from './model-views.ts';
import { responseRoutes } from './responses/routes.ts';
import { route, type Route, type Services } from './surface.ts';

const MODEL_NAME_MAX_LENGTH = 300;

const Model = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('model'),
    created: Type.Integer(),
    owned_by: Type.String(),
  },
  { title: 'Model' },
);

const ModelRequest = Type.Object(
  { model: Type.String({ minLength: 1, maxLength: MODEL_NAME_MAX_LENGTH }) },
  { additionalProperties: true, description: 'As in the OpenAI API. Keyward passes it on unchanged.' },
);

const JSON_ANSWER = { 'application/json': Type.Record(Type.String(), Type.Unknown()) };
const JSON_OR_EVENTS = { ...JSON_ANSWER, 'text/event-stream': Type.String() };
const JSON_OR_TEXT = { ...JSON_ANSWER, 'text/plain': Type.String() };
const BYTES = { 'application/octet-stream': Type.String({ format: 'binary' }) };

interface Forwarded {
  id: string;
  summary: string;
  /** By content type. */
  answers: NonNullable<Route['answers']>;
  takesForm?: true;
}

/** By path below `/v1`. */
const FORWARDED: Record<string, Forwarded> = {
  '/chat/completions': {
    id: 'chat.completions',
    summary: 'Chat with a model; streams with stream: true',
    answers: { 'application/json': ChatCompletion, 'text/event-stream': ChatCompletionChunk },
  },
  '/completions': { id: 'completions.create', summary: 'Complete a text', answers: JSON_OR_EVENTS },
  '/embeddings': {
    id: 'embeddings.create',
    summary: 'Turn texts into vectors',
    answers: { 'application/json': Embeddings },
  },
  '/responses': {
    id: 'responses.create',
    summary: 'Responses API, if the upstream supports it',
    answers: JSON_OR_EVENTS,
  },
  '/responses/compact': {
    id: 'responses.compact',
    summary: 'Make a conversation shorter, if the upstream supports it',
    answers: JSON_ANSWER,
  },
  '/responses/input_tokens': {
    id: 'responses.input_tokens',
    summary: 'Count the tokens of a response, if the upstream supports it. Takes nothing from budgets',
    answers: JSON_ANSWER,
  },
  '/messages': {
    id: 'messages.create',
    summary: 'Messages API, if the upstream supports it',
    answers: JSON_OR_EVENTS,
  },
  '/messages/count_tokens': {
    id: 'messages.count_tokens',
    summary: 'Count the tokens of a message, if the upstream supports it. Takes nothing from budgets',
    answers: JSON_ANSWER,
  },
  '/moderations': { id: 'moderations.create', summary: 'Classify a text', answers: JSON_ANSWER },
  '/rerank': { id: 'rerank.create', summary: 'Order documents by relevance', answers: JSON_ANSWER },
  '/images/generations': { id: 'images.generate', summary: 'Make images', answers: JSON_OR_EVENTS },
  '/images/edits': {
    id: 'images.edit',
    summary: 'Edit an image',
    answers: JSON_OR_EVENTS,
    takesForm: true,
  },
  '/images/variations': {
    id: 'images.vary',
    summary: 'Vary an image',
    answers: JSON_ANSWER,
    takesForm: true,
  },
  '/audio/speech': { id: 'audio.speech', summary: 'Read a text aloud', answers: BYTES },
  '/audio/transcriptions': {
    id: 'audio.transcribe',
    summary: 'Transcribe a recording',
    answers: JSON_OR_TEXT,
    takesForm: true,
  },
  '/audio/translations': {
    id: 'audio.translate',
    summary: 'Translate a recording into English text',
    answers: JSON_OR_TEXT,
    takesForm: true,
  },
};

const forwardRoutes = Object.entries(FORWARDED).map(([path, { id, summary, ...form }]) =>
  route({
    method: 'POST',
    path: `/v1${path}`,
    id,
    summary,
    access: 'models:use',
    needsOnly: ['one model'],
    bodyKind: 'passthrough',
    namesModel: true,
    needsNoPermit: true,
    headers: { 'x-request-id': REQUEST_ID_HEADER },
    ...form,
    body: ModelRequest,
    responses: { 200: 'stream' },
    errors: [
      'model_not_found',
      ...(path.startsWith('/responses') ? (['not_found'] as const) : []),
      'forbidden_resource',
      'model_unpriced',
      'budget_too_small',
      'not_ready',
      'upstream_unavailable',
      'upstream_timeout',
      'queue_full',
    ],
    handler: (services, call) => callModel(services, call, path),
  }),
);

/** Sends a request to its model. @param path below `/v1`, such as `/chat/completions`. */
async function callModel(
  services: Services,
  call: Call<TObject, TObject, TSchema, 'models:use'>,
  path: string,
): Promise<Answer> {
  const { bytes, headers, lightSignal, form, run } = call;
  const parsed = call.body as RequestBody | undefined;
  const named = form === undefined ? parsed?.model : form.find(({ name }) => name === 'model')?.value;
  const body = form === undefined ? bytes : new ModelForm(form.filter(({ name }) => name !== 'model'));
  const selector = call.caller.selectors.models;
  const model = await chosenModel(services.models, checkedModel(named), { path, selector });
  const passed = await paidOnce(services.models, new ModelAccount(services, call), {
    path,
    model,
    body,
    parsed,
    contentType: Buffer.isBuffer(body) ? 'application/json' : body.contentType,
    headers,
    signal: lightSignal,
    permit: run,
  });
  return { passed };
}

function checkedModel(model: unknown): string {
  const hint = 'GET /v1/models lists them.';
  if (model === undefined) throw invalidField('model', 'is missing', hint);
  if (typeof model !== 'string' || model === '')
    throw invalidField('model', 'must be the name of a model, such as gpt-4o-mini', hint);
  if (model.length > MODEL_NAME_MAX_LENGTH)
    throw invalidField('model', `must have at most ${MODEL_NAME_MAX_LENGTH} characters`, hint);
  return model;
}

const AS_MESSAGES = 'With the header anthropic-version, in the form of the Messages API.';

export const openaiRoutes: Route[] = [
  ...forwardRoutes,
  ...batchRoutes,
  ...responseRoutes,
  route({
    method: 'GET',
    path: '/v1/models',
    id: 'models.list',
    summary: 'List the models that the key may use',
    description: AS_MESSAGES,
    access: 'models:use',
    responses: {
      200: Type.Object({ object: Type.Literal('list'), data: Type.Array(Model) }, { title: 'ModelList' }),
    },
    handler: async ({ models }, { caller, headers }) => {
      const found = await models.listModels(caller.selectors.models);
      return { status: 200, body: modelListView(headers, found) };
    },
  }),
  route({
    method: 'GET',
    // A name may contain slashes: provider/name.
    path: '/v1/models/*',
    id: 'models.get',
    summary: 'One model',
    description: AS_MESSAGES,
    access: 'models:use',
    params: Type.Object({ '*': Type.String({ maxLength: MODEL_NAME_MAX_LENGTH }) }),
    responses: { 200: Model },
    errors: ['model_not_found', 'upstream_unavailable'],
    handler: async ({ models }, { caller, params, headers }) => ({
      status: 200,
      body: modelView(headers, await models.getModel(params['*'], caller.selectors.models)),
    }),
  }),
];
