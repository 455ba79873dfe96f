import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type Widget = components['schemas']['EmbedDetails'];
export type ListedWidget = components['schemas']['EmbedList']['embeds'][number];
export type VisitorChat = components['schemas']['EmbedChats']['chats'][number];

/** All queries of widgets begin with it. */
export const WIDGETS = ['widgets'] as const;

export const widgetsQuery = queryOptions({
  queryKey: [...WIDGETS, 'list'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/v1/embed', { signal }))).embeds,
});

export const widgetQuery = (uuid: string) =>
  queryOptions({
    queryKey: [...WIDGETS, 'one', uuid],
    queryFn: async ({ signal }) =>
      (await unwrap(client.GET('/v1/embed/{uuid}', { params: { path: { uuid } }, signal }))).embed,
  });

export const visitorChatsQuery = (uuid: string) =>
  queryOptions({
    queryKey: [...WIDGETS, 'chats', uuid],
    queryFn: async ({ signal }) => {
      const params = { path: { uuid } };
      return (await unwrap(client.GET('/v1/embed/{uuid}/chats', { params, signal }))).chats.toReversed();
    },
  });

/** The settings of a widget as a request has them. */
export interface WidgetBody {
  enabled?: boolean;
  chat_mode?: string;
  /** null: any site. */
  allowlist_domains?: string[] | null;
  max_chats_per_day?: number | null;
  max_chats_per_session?: number | null;
  message_limit?: number | null;
  allow_model_override?: boolean;
  allow_temperature_override?: boolean;
  allow_prompt_override?: boolean;
}

export function useWidgetChanges() {
  const queries = useQueryClient();
  const onSuccess = (): Promise<void> => queries.invalidateQueries({ queryKey: WIDGETS });
  const create = useMutation({
    mutationFn: async (body: WidgetBody & { workspace_slug: string }) =>
      (await unwrap(client.POST('/v1/embed/new', { body }))).embed,
    onSuccess,
  });
  const update = useMutation({
    mutationFn: ({ uuid, body }: { uuid: string; body: WidgetBody }) =>
      unwrap(client.POST('/v1/embed/{uuid}', { params: { path: { uuid } }, body })),
    onSuccess,
  });
  const adopt = useMutation({
    mutationFn: (uuid: string) =>
      unwrap(client.POST('/v1/embed/{uuid}/adopt', { params: { path: { uuid } } })),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (uuid: string) => unwrap(client.DELETE('/v1/embed/{uuid}', { params: { path: { uuid } } })),
    // Not the page of the widget itself, which is gone.
    onSuccess: () => queries.invalidateQueries({ queryKey: widgetsQuery.queryKey }),
  });
  return { create, update, adopt, remove };
}
