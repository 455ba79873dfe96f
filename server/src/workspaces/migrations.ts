import type { Migration } from '../storage/index.ts';

export const workspacesMigrations: Migration[] = [
  {
    id: 'workspaces-1',
    statements: () => [
      `create table workspaces (
        id bigint primary key,
        name text not null,
        slug text not null,
        vector_tag text,
        open_ai_temp double precision,
        open_ai_history bigint not null,
        open_ai_prompt text,
        similarity_threshold double precision not null,
        chat_provider text,
        chat_model text,
        top_n bigint not null,
        chat_mode text not null,
        pfp_filename text,
        agent_provider text,
        agent_model text,
        query_refusal_response text,
        vector_search_mode text not null,
        router_id bigint,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create unique index workspaces_slug on workspaces (slug)`,
      `create table workspace_users (
        workspace_id bigint not null references workspaces (id),
        user_id bigint not null,
        created_at bigint not null,
        updated_at bigint not null,
        primary key (workspace_id, user_id)
      )`,
      `create table workspace_threads (
        id bigint primary key,
        name text not null,
        slug text not null,
        workspace_id bigint not null references workspaces (id),
        user_id bigint,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create unique index workspace_threads_slug on workspace_threads (workspace_id, slug)`,
      `create table workspace_chats (
        id bigint primary key,
        workspace_id bigint not null references workspaces (id),
        thread_id bigint references workspace_threads (id),
        user_id bigint,
        api_session_id text,
        prompt text not null,
        response text not null,
        included bigint not null,
        feedback_score bigint,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create index workspace_chats_place on workspace_chats (workspace_id, thread_id, api_session_id, id)`,
      // For exports, workspace by workspace.
      `create index workspace_chats_order on workspace_chats (workspace_id, id)`,
      // For the deletion of a thread, and PostgreSQL's check of references to it.
      `create index workspace_chats_thread on workspace_chats (thread_id)`,
      `create index workspace_chats_user on workspace_chats (user_id, created_at)`,
    ],
  },
  {
    id: 'workspaces-2',
    statements: () => [
      `create table workspace_suggestions (
        id bigint primary key,
        workspace_id bigint not null references workspaces (id),
        heading text not null,
        message text not null,
        created_at bigint not null
      )`,
      `create index workspace_suggestions_workspace on workspace_suggestions (workspace_id)`,
      `create table prompt_variables (
        id bigint primary key,
        name text not null,
        value text not null,
        description text,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create unique index prompt_variables_name on prompt_variables (lower(name))`,
      `create index workspace_users_user on workspace_users (user_id)`,
    ],
  },
  {
    id: 'workspaces-3',
    // Variables whose value no list shows, and the variables that a prompt of a bound key may name.
    statements: () => [
      `alter table prompt_variables add column secret bigint not null default 0`,
      `alter table workspaces add column given_variables text`,
    ],
  },
  {
    id: 'workspaces-walks-1',
    // Each chat reads those that were not reset: without the index, it would read a million others before them.
    statements: () => [
      `create index workspace_chats_included on workspace_chats (workspace_id, thread_id, api_session_id, id)
        where included = 1`,
      `drop index workspace_chats_place`,
    ],
  },
];
