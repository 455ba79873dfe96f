import { Type } from 'typebox';
import {
  ADDRESS_LIMITS,
  abortFrame,
  ask,
  forget,
  sessionHistory,
  subjectOfWidget,
  visit,
} from '../../widgets/index.ts';
import type { Embed, Turned } from '../../widgets/index.ts';
import { empty, json, phrase } from '../answers.ts';
import { asSent } from '../fields.ts';
import { History } from '../chat/history.ts';
import { sendFrames } from '../chat/event-frames.ts';
import { billOf, countedFor } from './widget-account.ts';
import { pageHeaders } from './widget-pages.ts';
import type { Answer, Call } from '../../http/index.ts';
import type { Route, Services } from '../services.ts';
import { route } from '../surface.ts';
import type { Workspace } from '../../workspaces/index.ts';

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

const shared = { access: 'public', ownOrigins: true } as const;

const refuse = ({ status, error, errorMsg }: Turned): Answer => json(abortFrame(error, errorMsg), status);

type Request = Pick<Call, 'headers' | 'ip' | 'runsFor'> & { params: { uuid: string } };

/** Finds the widget and whether this page may use it; `work` is only run where it may. */
async function onPage(
  { widgets }: Services,
  call: Request,
  work: (embed: Embed) => Promise<Answer>,
): Promise<Answer> {
  const { uuid } = call.params;
  const { ip } = call;
  const { origin } = call.headers;
  // Before it is looked at: what closes it from here on ends this too. No text of a database holds U+0000.
  if (!uuid.includes('\0')) call.runsFor([subjectOfWidget({ uuid })]);
  const found = await visit(widgets, { uuid, origin, ip });
  if (found === undefined) return phrase(404);
  const { embed, turned } = found;
  const answer = turned === undefined ? await work(embed) : refuse(turned);
  if (!('status' in answer)) return answer;
  return { ...answer, headers: { ...answer.headers, ...pageHeaders(embed, origin) } };
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
    bodyMaxBytes: BODY_MAX_BYTES,
    body: Type.Partial(
      Type.Object(
        // Their rules are those of widgets (ask).
        asSent({
          sessionId: Type.String({ description: 'A UUID that the page made' }),
          message: Type.String(),
          prompt: Type.String(),
          model: Type.String(),
          temperature: Type.Number(),
          username: Type.String(),
        }),
      ),
    ),
    answerTypes: ['text/event-stream'],
    responses: { 200: 'stream', 400: Refusal, ...refusals, 429: Refusal },
    handler: (services, call) =>
      onPage(services, call, async (embed) => {
        const { params, headers, ip, body, signal } = call;
        const from = { uuid: params.uuid, origin: headers.origin, ip };
        const bill = (workspace: Workspace) => billOf(services, { embed, workspace: workspace.slug }, call);
        const answer = await ask(services.widgets, embed, { asked: body, visit: from, bill, signal });
        const turned = 'turned' in answer ? answer.turned : undefined;
        call.countsFor(countedFor(embed), turned?.code);
        if ('turned' in answer) return refuse(answer.turned);
        const headersOfPage = pageHeaders(embed, headers.origin);
        const { frames: events } = answer;
        return {
          stream: (response) =>
            sendFrames(response, { events, framesOf: (frame) => [frame], headers: headersOfPage }),
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
    handler: (services, call) =>
      onPage(services, call, async (embed) =>
        json({ history: await sessionHistory(services.widgets, embed, call.params.sessionId) }),
      ),
  }),
  route({
    ...shared,
    method: 'DELETE',
    path: '/api/embed/:uuid/:sessionId',
    id: 'widget.forget',
    summary: 'Begin a session of a widget anew',
    params: Type.Object({ uuid: Type.String(), sessionId: Type.String() }),
    bodyMaxBytes: BODY_MAX_BYTES,
    responses: { 200: null, ...refusals },
    handler: (services, call) =>
      onPage(services, call, async (embed) => {
        await forget(services.widgets, embed, call.params.sessionId);
        return empty(200);
      }),
  }),
];
