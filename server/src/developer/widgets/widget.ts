import { Type } from 'typebox';
import { ADDRESS_LIMITS, ask, forget, sessionHistory, subjectOfWidget, visit } from '../../widgets/index.ts';
import type { Embed, EmbedChatRow } from '../../widgets/index.ts';
import { empty, json, phrase } from '../answers.ts';
import { asSent } from '../fields.ts';
import { History, viewMessages } from '../chat/history.ts';
import { billOf, countedFor } from './widget-account.ts';
import { codeOf, refusalAnswer, widgetFrames } from './widget-frames.ts';
import { pageHeaders } from './widget-pages.ts';
import { sendFrames, type Answer, type Call } from '../../http/index.ts';
import type { Route, WidgetServices } from '../services.ts';
import { widgetRoute } from '../surface.ts';
import type { ChatResponse, Workspace } from '../../workspaces/index.ts';

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

type Request = Pick<Call, 'headers' | 'ip' | 'runsFor'> & { params: { uuid: string } };

/** Runs `work` where the page may use the widget. */
async function onPage(
  { widgets }: WidgetServices,
  call: Request,
  work: (embed: Embed) => Promise<Answer>,
): Promise<Answer> {
  const { uuid } = call.params;
  const { ip } = call;
  const { origin } = call.headers;
  // Before the widget is read: if it is closed from now on, the request ends too. The databases store no U+0000.
  if (!uuid.includes('\0')) call.runsFor([subjectOfWidget({ uuid })]);
  const found = await visit(widgets, { uuid, origin, ip });
  if (found === undefined) return phrase(404);
  const { embed, refusal } = found;
  const answer = refusal === undefined ? await work(embed) : refusalAnswer(refusal);
  if (!('status' in answer)) return answer;
  return { ...answer, headers: { ...answer.headers, ...pageHeaders(embed, origin) } };
}

/** Without sources, which are not for visitors. */
function viewTurn({ id, prompt, response, createdAt }: EmbedChatRow) {
  const { text, type, metrics } = JSON.parse(response) as Pick<ChatResponse, 'text' | 'type' | 'metrics'>;
  const answer = { text, type, metrics, sources: [], attachments: [] };
  return viewMessages({ id, prompt, createdAt, response: answer, isGood: null });
}

export const widgetRoutes: Route[] = [
  widgetRoute({
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
        if ('refusal' in answer) {
          call.countsFor(countedFor(embed), codeOf(answer.refusal));
          return refusalAnswer(answer.refusal);
        }
        call.countsFor(countedFor(embed));
        const frames = { ...answer, framesOf: widgetFrames(), headers: pageHeaders(embed, headers.origin) };
        return { stream: (response) => sendFrames(response, frames) };
      }),
  }),
  widgetRoute({
    ...shared,
    method: 'GET',
    path: '/api/embed/:uuid/:sessionId',
    id: 'widget.history',
    summary: 'The chats of a session of a widget',
    params: Type.Object({ uuid: Type.String(), sessionId: Type.String() }),
    responses: { 200: History, ...refusals },
    handler: (services, call) =>
      onPage(services, call, async (embed) =>
        json({
          history: (await sessionHistory(services.widgets, embed, call.params.sessionId)).flatMap(viewTurn),
        }),
      ),
  }),
  widgetRoute({
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
