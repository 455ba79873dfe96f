import { Type } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import { mapInTurns } from '../../base/slices.ts';
import {
  adoptEmbed,
  createEmbed,
  deleteEmbed,
  embedChats,
  getEmbed,
  listEmbeds,
  updateEmbed,
} from '../../widgets/index.ts';
import type { EmbedChatRow } from '../../widgets/index.ts';
import { json, listText, streamed, SUCCESS } from '../answers.ts';
import {
  EmbedChats,
  EmbedDetails,
  EmbedList,
  EmbedRequest,
  EmbedShape,
  settingsIn,
  viewChat,
  viewDetails,
  viewEmbed,
  viewListed,
} from './embed-shapes.ts';
import { Outcome } from '../schemas.ts';
import { nullable, type Answer, type WholeAnswer } from '../../http/index.ts';
import type { Route } from '../services.ts';
import { widgetRoute } from '../surface.ts';

const Refused = Type.Object({ error: Type.String() }, { title: 'Refused' });
const uuid = Type.Object({ uuid: Type.String() });
const shared = { access: 'embeds:manage' } as const;

/** Answers `{ error }`, which clients compare, also for an unreadable allow-list. */
async function refusing(work: () => Promise<WholeAnswer>): Promise<WholeAnswer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeywardError) || (error.code !== 'not_found' && error.code !== 'bad_request'))
      throw error;
    const { hint } = error.extras;
    return json({ error: hint === undefined ? error.message : `${error.message} ${hint}` }, error.status);
  }
}

function chatsAnswer(found: AsyncIterable<EmbedChatRow[]>): Promise<Answer> {
  async function* pages(): AsyncGenerator<unknown[]> {
    for await (const rows of found) yield rows.map(viewChat);
  }
  return streamed('application/json; charset=utf-8', listText('chats', pages()));
}

export const embedsRoutes: Route[] = [
  widgetRoute({
    ...shared,
    method: 'GET',
    path: '/v1/embed',
    id: 'embeds.list',
    summary: 'List chat widgets, also disabled ones',
    responses: { 200: EmbedList },
    handler: async ({ widgets }, { caller }) =>
      json({ embeds: await mapInTurns(await listEmbeds(widgets, caller), viewListed) }),
  }),
  widgetRoute({
    ...shared,
    method: 'GET',
    path: '/v1/embed/:uuid',
    id: 'embeds.get',
    summary: 'One chat widget with its settings',
    params: uuid,
    responses: { 200: Type.Object({ embed: EmbedDetails }), 404: Refused },
    handler: ({ widgets }, { caller, params }) =>
      refusing(async () => json({ embed: viewDetails(await getEmbed(widgets, caller, params.uuid)) })),
  }),
  widgetRoute({
    ...shared,
    method: 'GET',
    path: '/v1/embed/:uuid/chats',
    id: 'embeds.chats',
    summary: 'The chats of a widget',
    params: uuid,
    responses: { 200: EmbedChats },
    handler: ({ widgets }, { caller, params }) => chatsAnswer(embedChats(widgets, caller, params)),
  }),
  widgetRoute({
    ...shared,
    method: 'GET',
    path: '/v1/embed/:uuid/chats/:sessionId',
    id: 'embeds.session',
    summary: 'The chats of one session of a widget',
    params: Type.Object({ uuid: Type.String(), sessionId: Type.String() }),
    responses: { 200: EmbedChats },
    handler: ({ widgets }, { caller, params }) => chatsAnswer(embedChats(widgets, caller, params)),
  }),
  widgetRoute({
    ...shared,
    method: 'POST',
    path: '/v1/embed/new',
    id: 'embeds.create',
    summary: 'Make a chat widget of a workspace',
    description:
      'The key must hold workspaces:chat there, without address ranges. Visitors spend the budgets and limits of the key that made or last changed the widget, and use its models; the widget ends with it.',
    body: EmbedRequest,
    responses: {
      200: Type.Object({ embed: EmbedShape, error: nullable(Type.String()) }),
      400: Refused,
      404: Refused,
    },
    handler: ({ widgets }, { caller, body }) =>
      refusing(async () => {
        const { workspace_slug: slug } = body;
        if (typeof slug !== 'string' || slug === '')
          return json({ error: 'Workspace slug is required' }, 400);
        return json({
          embed: viewEmbed(await createEmbed(widgets, caller, { slug, given: settingsIn(body) })),
          error: null,
        });
      }),
  }),
  widgetRoute({
    ...shared,
    method: 'POST',
    path: '/v1/embed/:uuid',
    id: 'embeds.update',
    summary: 'Change a chat widget; what is not named stays',
    description: 'The key becomes its payer and must hold workspaces:chat there.',
    params: uuid,
    body: EmbedRequest,
    responses: {
      200: Type.Union([Outcome, Type.Object({}, { description: 'Nothing was named that can be changed' })]),
      400: Refused,
      404: Refused,
    },
    handler: ({ widgets }, { caller, params, body }) =>
      refusing(async () => {
        const change = { uuid: params.uuid, given: settingsIn(body), workspaceId: body.workspace_id };
        const isChanged = await updateEmbed(widgets, caller, change);
        return isChanged ? SUCCESS : json({});
      }),
  }),
  widgetRoute({
    ...shared,
    method: 'POST',
    path: '/v1/embed/:uuid/adopt',
    id: 'embeds.adopt',
    summary: 'Take a chat widget over',
    description:
      'From now on this key pays for it, and it ends with this key, which must hold workspaces:chat there. For one whose key is about to end, and for one that was moved in.',
    params: uuid,
    responses: { 200: Outcome, 404: Refused },
    handler: ({ widgets }, { caller, params }) =>
      refusing(() => adoptEmbed(widgets, caller, params.uuid).then(() => SUCCESS)),
  }),
  widgetRoute({
    ...shared,
    method: 'DELETE',
    path: '/v1/embed/:uuid',
    id: 'embeds.delete',
    summary: 'Remove a chat widget and its chats',
    description: 'The key must hold workspaces:chat there, as to change it.',
    params: uuid,
    responses: { 200: Outcome, 404: Refused },
    handler: ({ widgets }, { caller, params }) =>
      refusing(() => deleteEmbed(widgets, caller, params.uuid).then(() => SUCCESS)),
  }),
];
