import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import { mapInTurns } from '../../base/slices.ts';
import type { ChatEvent, Failure } from '../../chat/index.ts';
import type { User } from '../../identity/index.ts';
import type { Workspace } from '../../workspaces/index.ts';
import { empty, json } from '../answers.ts';
import { abortBody, ChatAbort, endingOf, streamedAnswer } from './chat-answers.ts';
import { MESSAGE_MAX_CHARACTERS, TOO_LONG, type Asking } from './chat-options.ts';
import { ImageRequest, makeImages } from './images.ts';
import {
  openaiAnswer,
  openaiError,
  openaiFrames,
  OpenaiQuestion,
  openaiRequest,
  readOpenaiOptions,
} from './openai-chat.ts';
import { REQUEST_ID_HEADER, type Answer, type Decoded } from '../../http/index.ts';
import { asker } from '../people/users-by-id.ts';
import type { Route, ChatServices } from '../services.ts';
import { chatRoute } from '../surface.ts';

const WorkspaceModel = Type.Object(
  {
    id: Type.String({ description: 'The slug of the workspace' }),
    object: Type.Literal('model'),
    created: Type.Integer({ description: 'Unix time in seconds' }),
    owned_by: Type.String(),
  },
  { title: 'WorkspaceModel' },
);

const ChatError = Type.Object(
  {
    error: Type.Object({
      message: Type.String(),
      type: Type.String(),
      param: Type.Union([Type.String(), Type.Null()]),
      code: Type.String(),
    }),
  },
  { title: 'WorkspaceModelError' },
);

const NO_QUESTION = "No user prompt found. Must be last element in message array with 'user' role.";

export const openaiRoutes: Route[] = [
  chatRoute({
    method: 'GET',
    path: '/v1/openai/models',
    id: 'openai.models',
    summary: 'Workspaces, as models of the OpenAI API',
    access: 'workspaces:read',
    isForMembers: true,
    responses: {
      200: Type.Object({ object: Type.Literal('list'), data: Type.Array(WorkspaceModel) }),
    },
    handler: async (services, { caller }) => {
      const workspaces = await services.workspaces.list(caller);
      const providers = await services.chat.providersOf(workspaces);
      const models = workspaces.map((workspace, index) => ({ workspace, provider: providers[index] ?? '' }));
      const data = await mapInTurns(models, ({ workspace, provider }) => modelOf(workspace, provider));
      return json({ object: 'list', data });
    },
  }),
  chatRoute({
    method: 'POST',
    path: '/v1/openai/chat/completions',
    id: 'openai.chat',
    summary: 'Ask a workspace as if it were a model of the OpenAI API',
    description: 'With stream: true, chat.completion.chunk events that end with [DONE] or with an error.',
    access: 'workspaces:chat',
    needsOnly: ['workspace', 'model'],
    isForMembers: true,
    namesModel: true,
    body: OpenaiQuestion,
    answerTypes: ['application/json', 'text/event-stream'],
    responses: {
      200: 'stream',
      400: Type.Union([ChatAbort, ChatError]),
      404: ChatError,
      429: Type.Union([ChatError, Type.Object({ error: Type.String() })]),
      500: 'stream',
      502: ChatError,
      503: ChatError,
      504: ChatError,
    },
    handler: completions,
  }),
  chatRoute({
    method: 'POST',
    path: '/v1/openai/images/generations',
    id: 'openai.images',
    summary: 'Make images',
    description: 'JSON, or a form with up to 10 files image_references of 25 MiB each, 64 MiB together.',
    access: 'workspaces:chat',
    namesModel: true,
    takesForm: true,
    headers: { 'x-request-id': REQUEST_ID_HEADER },
    body: ImageRequest,
    answerTypes: ['application/json', 'image/png'],
    responses: {
      200: 'stream',
      400: Type.Object({ error: Type.String() }),
      500: Type.Object({ error: Type.String() }),
    },
    handler: makeImages,
  }),
];

const modelOf = ({ slug, createdAt }: Workspace, owned_by: string) => ({
  id: slug,
  object: 'model',
  created: Math.floor(createdAt / 1000),
  owned_by,
});

async function completions(
  services: ChatServices,
  call: Asking & { body: Decoded<typeof OpenaiQuestion> },
): Promise<Answer> {
  const { model: slug = '' } = call.body;
  const workspace = await services.workspaces.findCovered(call.caller, slug);
  if (workspace === undefined) return json(openaiError(noModel(slug)), 404);
  const options = readOpenaiOptions(call.body);
  if (options === 'no_messages') return json(abortBody(NO_MESSAGES), 400);
  if (options === 'no_question') return json(abortBody(NO_QUESTION), 400);
  if (options.message.length > MESSAGE_MAX_CHARACTERS) return json(abortBody(TOO_LONG), 400);
  const release = await messageOf(services, asker(call));
  try {
    const events = await services.chat.answer(openaiRequest(services, call, { workspace, options }));
    if (options.isStream) return await streamed(events, slug, { clock: services.clock, release });
    const answer = await whole(events, slug, services.clock);
    release();
    return answer;
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Takes a message from the limit of a user who is signed in. @returns call it at the end.
 * @throws KeywardError `rate_limited`
 */
async function messageOf({ chat, clock }: ChatServices, user: User | undefined): Promise<() => void> {
  if (user === undefined) return () => undefined;
  const admission = await chat.dailyMessages.admit(user, clock.nowMs());
  if ('release' in admission) return admission.release;
  const seconds = Math.ceil(admission.retryAfterMs / 1000);
  throw new KeywardError('rate_limited', 'You have sent as many messages as are allowed within 24 hours.', {
    hint: `Try again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  });
}

const NO_MESSAGES = 'messages: must be a list such as [{"role": "user", "content": "Hello"}].';

const noModel = (slug: string) => ({
  message: `The model ${JSON.stringify(slug)} does not exist: GET /v1/openai/models lists the workspaces.`,
  status: 404,
  code: 'model_not_found',
});

async function whole(events: AsyncGenerator<ChatEvent>, model: string, clock: Clock): Promise<Answer> {
  const ending = await endingOf(events);
  if (ending.kind === 'failed') return failed(ending.failure);
  if (ending.kind === 'gone' || ending.kind === 'reset') return empty(500);
  return json(openaiAnswer(ending, model, clock.nowMs()));
}

/** The caller's own errors keep their status; other errors of the upstream are 502. */
function failed(failure: Failure): Answer {
  const { status } = failure;
  const isPassedOn = [400, 404, 429, 503, 504].includes(status);
  const shown = isPassedOn ? status : status === 413 || status === 422 ? 400 : 502;
  return json(openaiError({ ...failure, status: shown }), shown);
}

/** The status is sent with the first event: clients expect the failure of a model in the status. */
async function streamed(
  events: AsyncGenerator<ChatEvent>,
  model: string,
  { clock, release }: { clock: Clock; release: () => void },
): Promise<Answer> {
  const first = await events.next();
  if (first.done !== true && first.value.kind === 'failed') {
    release();
    return failed(first.value.failure);
  }
  return streamedAnswer({ events, first, framesOf: openaiFrames(model, clock.nowMs()) }, release);
}
