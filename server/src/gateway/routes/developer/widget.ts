import { Type } from 'typebox';
import {
  ADDRESS_LIMITS,
  abortFrame,
  ask,
  forget,
  isTurned,
  sessionHistory,
  visit,
} from '../../../widgets/index.ts';
import type { Embed, Turned } from '../../../widgets/index.ts';
import { empty, json, phrase } from '../../developer/answers.ts';
import { History } from '../../developer/schemas.ts';
import { sendFrames } from '../../developer/event-frames.ts';
import { pageHeaders } from '../../developer/widget-pages.ts';
import type { Answer, Route } from '../../route.ts';
import { route } from '../../route.ts';
import type { Services } from '../../services.ts';

const { WidgetChatsPerAddressPerMinute: perMinute, WidgetChatsPerAddressPerDay: perDay } = ADDRESS_LIMITS;
const BODY_MAX_BYTES = 256 * 1024;

const Refusal = Type.Object(
  {
    id: Type.String(),
    type: Type.String(),
    textResponse: Type.Null(),
    sources: Type.Array(Type.Unknown()),
    close: Type.Boolean(),
    error: Type.String(),
    errorMsg: Type.Optional(Type.String()),
  },
  { title: 'WidgetRefusal' },
);
const refusals = { 401: Refusal, 404: 'stream', 503: Refusal } as const;

const shared = { access: 'public', surface: 'developer', ownOrigins: true } as const;

const refuse = ({ status, error, errorMsg }: Turned): Answer => json(abortFrame(error, errorMsg), status);

interface Request {
  params: { uuid: string };
  headers: { origin?: string | undefined };
  ip: string;
}

/** Finds the widget and whether this page may use it; `work` is only run where it may. */
async function onPage(
  { widgets }: Services,
  { params: { uuid }, headers: { origin }, ip }: Request,
  work: (embed: Embed) => Promise<Answer>,
): Promise<Answer> {
  const found = await visit(widgets, { uuid, origin, ip });
  if (found === undefined) return phrase(404);
  if (isTurned(found)) return refuse(found);
  const answer = await work(found);
  if ('stream' in answer) return answer;
  return { ...answer, headers: { ...answer.headers, ...pageHeaders(found, origin) } };
}

export const widgetRoutes: Route[] = [
  route({
    ...shared,
    method: 'POST',
    path: '/api/embed/:uuid/stream-chat',
    id: 'widget.chat',
    summary: 'Ask a widget, from a page that may show it',
    description: `Server-sent events. Limits: those of the widget, and of one address over all widgets: ${perMinute} messages a minute and ${perDay} in 24 hours, unless set otherwise with update-env (WidgetChatsPerAddressPerMinute, WidgetChatsPerAddressPerDay).`,
    params: Type.Object({ uuid: Type.String() }),
    bodyKind: 'lenient',
    bodyMaxBytes: BODY_MAX_BYTES,
    body: Type.Partial(
      Type.Object({
        sessionId: Type.String({ description: 'A UUID that the page made' }),
        message: Type.String(),
        prompt: Type.String(),
        model: Type.String(),
        temperature: Type.Number(),
        username: Type.String(),
      }),
    ),
    responses: { 200: 'stream', 400: Refusal, ...refusals, 429: Refusal },
    handler: (services, { params, headers, ip, body, signal }) =>
      onPage(services, { params, headers, ip }, async (embed) => {
        const from = { uuid: params.uuid, origin: headers.origin, ip };
        const answer = await ask(services.widgets, embed, { asked: body, visit: from, signal });
        if ('turned' in answer) return refuse(answer.turned);
        return {
          stream: (response) => sendFrames(response, answer.frames, pageHeaders(embed, headers.origin)),
        };
      }),
  }),
  route({
    ...shared,
    method: 'GET',
    path: '/api/embed/:uuid/:sessionId',
    id: 'widget.history',
    summary: 'What was said in a session of a widget',
    params: Type.Object({ uuid: Type.String(), sessionId: Type.String() }),
    responses: { 200: History, ...refusals },
    handler: (services, { params, headers, ip }) =>
      onPage(services, { params, headers, ip }, async (embed) =>
        json({ history: await sessionHistory(services.widgets, embed, params.sessionId) }),
      ),
  }),
  route({
    ...shared,
    method: 'DELETE',
    path: '/api/embed/:uuid/:sessionId',
    id: 'widget.forget',
    summary: 'Begin a session of a widget anew',
    params: Type.Object({ uuid: Type.String(), sessionId: Type.String() }),
    bodyKind: 'lenient',
    bodyMaxBytes: BODY_MAX_BYTES,
    body: Type.Object({}),
    responses: { 200: null, ...refusals },
    handler: (services, { params, headers, ip }) =>
      onPage(services, { params, headers, ip }, async (embed) => {
        await forget(services.widgets, embed, params.sessionId);
        return empty(200);
      }),
  }),
];
