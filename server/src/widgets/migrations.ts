import type { Migration } from '../storage/index.ts';

export const widgetsMigrations: Migration[] = [
  {
    id: 'widgets-1',
    statements: () => [
      `create table embeds (
        id bigint primary key,
        uuid text not null,
        workspace_id bigint not null references workspaces (id) on delete cascade,
        enabled bigint not null,
        chat_mode text not null,
        allowlist_domains text,
        allow_model_override bigint not null,
        allow_temperature_override bigint not null,
        allow_prompt_override bigint not null,
        max_chats_per_day bigint,
        max_chats_per_session bigint,
        message_limit bigint,
        created_at bigint not null
      )`,
      `create unique index embeds_uuid on embeds (uuid)`,
      `create index embeds_workspace on embeds (workspace_id)`,
      `create table embed_chats (
        id bigint primary key,
        embed_id bigint not null references embeds (id) on delete cascade,
        session_id text not null,
        prompt text not null,
        response text not null,
        included bigint not null,
        connection_information text not null,
        created_at bigint not null
      )`,
      `create index embed_chats_session on embed_chats (embed_id, session_id, id)`,
      `create table embed_admissions (
        id bigint primary key,
        embed_id bigint not null references embeds (id) on delete cascade,
        session_id text not null,
        visitor text not null,
        admitted_at bigint not null
      )`,
      `create index embed_admissions_session on embed_admissions (embed_id, session_id, admitted_at)`,
      `create index embed_admissions_embed on embed_admissions (embed_id, admitted_at)`,
      `create index embed_admissions_visitor on embed_admissions (visitor, admitted_at)`,
      `create index embed_admissions_time on embed_admissions (admitted_at)`,
    ],
  },
  {
    id: 'widgets-2',
    // The payer, and the owner in usage reports.
    statements: () => [
      `alter table embeds add column payer_key_id text`,
      `alter table embeds add column owner_id text`,
    ],
  },
  {
    id: 'widgets-3',
    // All chats of a widget are read page by page.
    statements: () => [`create index embed_chats_embed on embed_chats (embed_id, id)`],
  },
  {
    id: 'widgets-4',
    // As for `workspace_chats`.
    statements: () => [
      `create index embed_chats_included on embed_chats (embed_id, session_id, id) where included = 1`,
    ],
  },
];
