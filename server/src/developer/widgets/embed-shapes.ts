import { Type } from 'typebox';
import { isoTime } from '../../base/clock.ts';
import type { Embed, EmbedChatRow, GivenSettings, ListedEmbed } from '../../widgets/index.ts';
import { asSent } from '../fields.ts';
import { shaped } from '../schemas.ts';
import { nullable, oneOf, Time, type Decoded } from '../../http/index.ts';

export const EmbedShape = Type.Object(
  {
    id: Type.Integer(),
    uuid: Type.String(),
    enabled: Type.Boolean(),
    chat_mode: Type.String({ description: 'chat or query' }),
    allowlist_domains: nullable(
      Type.String({ description: 'JSON: the sites that may show it; null: any site' }),
    ),
    allow_model_override: Type.Boolean(),
    allow_temperature_override: Type.Boolean(),
    allow_prompt_override: Type.Boolean(),
    max_chats_per_day: nullable(Type.Integer()),
    max_chats_per_session: nullable(Type.Integer()),
    message_limit: nullable(
      Type.Integer({ description: 'The number of earlier chats that the model is given; null: 20' }),
    ),
    workspace_id: Type.Integer(),
    createdBy: nullable(Type.Integer()),
    usersId: nullable(Type.Integer()),
    createdAt: Time,
  },
  { title: 'Embed' },
);

export const viewEmbed = (embed: Embed) =>
  shaped(EmbedShape, {
    ...embed,
    chat_mode: embed.chatMode,
    allowlist_domains: embed.allowlist === null ? null : JSON.stringify(embed.allowlist),
    allow_model_override: embed.allowModelOverride,
    allow_temperature_override: embed.allowTemperatureOverride,
    allow_prompt_override: embed.allowPromptOverride,
    max_chats_per_day: embed.maxChatsPerDay,
    max_chats_per_session: embed.maxChatsPerSession,
    message_limit: embed.messageLimit,
    workspace_id: embed.workspaceId,
    createdBy: null,
    usersId: null,
    createdAt: isoTime(embed.createdAt),
  });

const whyUnanswered = {
  state: Type.Optional(
    oneOf(['ended', 'unpaid'], {
      description:
        'Where it answers nobody. ended: the key that paid has ended or may not chat there; unpaid: it moved in',
    }),
  ),
  message: Type.Optional(Type.String({ description: 'The next step' })),
};

export const EmbedList = Type.Object(
  {
    embeds: Type.Array(
      Type.Object({
        id: Type.Integer(),
        uuid: Type.String(),
        enabled: Type.Boolean(),
        chat_mode: Type.String(),
        createdAt: Time,
        workspace: Type.Object({ id: Type.Integer(), name: Type.String() }),
        chat_count: Type.Integer(),
        ...whyUnanswered,
      }),
    ),
  },
  { title: 'EmbedList' },
);

export const EmbedDetails = Type.Object(
  {
    ...EmbedShape.properties,
    workspace: Type.Object({ id: Type.Integer(), name: Type.String(), slug: Type.String() }),
    ...whyUnanswered,
  },
  { title: 'EmbedDetails' },
);

const TAKE_OVER = 'Take it over with POST /v1/embed/{uuid}/adopt.';
const MESSAGES: Partial<Record<ListedEmbed['state'], string>> = {
  ended: `It answers nobody: the key that paid for it has ended, or may not chat in the workspace. ${TAKE_OVER}`,
  unpaid: `It answers nobody: it was moved in, and nobody pays for it yet. ${TAKE_OVER}`,
};

export const viewListed = ({ embed, workspace: { id, name }, chats, state }: ListedEmbed) => ({
  id: embed.id,
  uuid: embed.uuid,
  enabled: embed.enabled,
  chat_mode: embed.chatMode,
  createdAt: isoTime(embed.createdAt),
  workspace: { id, name },
  chat_count: chats,
  ...whyOf(state),
});

export const viewDetails = ({ embed, workspace: { id, name, slug }, state }: Omit<ListedEmbed, 'chats'>) => ({
  ...viewEmbed(embed),
  workspace: { id, name, slug },
  ...whyOf(state),
});

const whyOf = (state: ListedEmbed['state']) =>
  MESSAGES[state] === undefined ? {} : { state: state as 'ended' | 'unpaid', message: MESSAGES[state] };

export const EmbedChats = Type.Object(
  {
    chats: Type.Array(
      Type.Object({
        id: Type.Integer(),
        prompt: Type.String(),
        response: Type.String({ description: 'JSON' }),
        session_id: Type.String(),
        include: Type.Boolean({ description: 'false: the visitor has begun anew since' }),
        connection_information: Type.String({ description: 'JSON; the address without its last part' }),
        embed_id: Type.Integer(),
        usersId: nullable(Type.Integer()),
        createdAt: Time,
      }),
    ),
  },
  { title: 'EmbedChats' },
);

export const viewChat = (row: EmbedChatRow) => ({
  id: row.id,
  prompt: row.prompt,
  response: row.response,
  session_id: row.sessionId,
  include: row.included === 1,
  connection_information: row.connectionInformation,
  embed_id: row.embedId,
  usersId: null,
  createdAt: isoTime(row.createdAt),
});

const limit = (description: string) => nullable(Type.Integer({ description }));

const Fields = Type.Partial(
  Type.Object({
    workspace_slug: Type.String({
      description: 'The workspace that it answers from; said once, when it is made',
    }),
    workspace_id: Type.Integer({ description: 'The number of another workspace, when it is changed' }),
    enabled: Type.Boolean({ description: 'A new one is' }),
    chat_mode: Type.String({ description: 'chat, or query (default)' }),
    allowlist_domains: Type.Union([Type.Array(Type.String()), Type.String(), Type.Null()], {
      description:
        'Sites that may show it: a list, or text with commas; null: any site. "https://*.example.com" covers subdomains',
    }),
    allow_model_override: Type.Boolean({ description: 'Pages may name a model' }),
    allow_temperature_override: Type.Boolean({ description: 'Pages may name a temperature' }),
    allow_prompt_override: Type.Boolean({ description: 'Pages may send a system prompt of their own' }),
    max_chats_per_day: limit('In any 24 hours, of all visitors; null: no limit'),
    max_chats_per_session: limit('In any 24 hours, of one session; null: no limit'),
    message_limit: limit('The number of earlier chats that the model is given; null: 20'),
  }),
);

/** Other members are ignored. The rules are those of widgets (readSettings). */
export const EmbedRequest = Type.Object(asSent(Fields.properties), {
  title: 'EmbedRequest',
  // The page of documentation offers to send it: a widget with limits.
  examples: [
    {
      workspace_slug: 'docs',
      chat_mode: 'query',
      allowlist_domains: ['https://example.com'],
      max_chats_per_day: 200,
      max_chats_per_session: 20,
    },
  ],
});

export const settingsIn = (body: Decoded<typeof EmbedRequest>): GivenSettings => ({
  enabled: body.enabled,
  chatMode: body.chat_mode,
  allowlist: body.allowlist_domains,
  allowModelOverride: body.allow_model_override,
  allowTemperatureOverride: body.allow_temperature_override,
  allowPromptOverride: body.allow_prompt_override,
  maxChatsPerDay: body.max_chats_per_day,
  maxChatsPerSession: body.max_chats_per_session,
  messageLimit: body.message_limit,
});
