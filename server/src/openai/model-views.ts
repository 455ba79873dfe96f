import type { IncomingHttpHeaders } from 'node:http';
import type { ModelView } from '../models/index.ts';

/** Clients of the Messages API send it with each request, and list models at the same address. */
const isMessagesClient = (headers: IncomingHttpHeaders): boolean =>
  headers['anthropic-version'] !== undefined;

const openaiModel = ({ id, object, created, owned_by }: ModelView) => ({ id, object, created, owned_by });

/** Upstreams list nothing else of a model. */
const messagesModel = ({ id, created }: ModelView) => ({
  id,
  type: 'model',
  display_name: id,
  created_at: new Date(created * 1_000).toISOString(),
  lifecycle: 'active',
  capabilities: null,
  line: null,
  max_input_tokens: null,
  max_tokens: null,
  deprecated_at: null,
  retires_at: null,
});

/** In the form of the API that the caller speaks. */
export const modelView = (headers: IncomingHttpHeaders, model: ModelView): object =>
  isMessagesClient(headers) ? messagesModel(model) : openaiModel(model);

/** All of them on one page. */
export function modelListView(headers: IncomingHttpHeaders, models: readonly ModelView[]): object {
  const data = models.map((model) => modelView(headers, model));
  return isMessagesClient(headers)
    ? { data, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
    : { object: 'list', data };
}
