import { cutOff } from './answer.ts';
import { apiError } from './errors.ts';
import type { components, paths } from './generated/openapi.d.ts';
import { readEvents } from './sse.ts';
import { Outgoing, type CallOptions, type Connection } from './transport.ts';

type Schemas = components['schemas'];

/** The lists that can be followed, with their rows. */
export interface LiveRows {
  '/v1/jobs/live': Schemas['AdminJob'];
  '/v1/admin/jobs/live': Schemas['AdminJob'];
  '/v1/workers/live': Schemas['Worker'];
  '/v1/running/live': Schemas['RunningRequest'];
}

/** The path of a list that can be followed. */
export type LivePath = keyof LiveRows;

/** The first page of a list as it is now. */
export interface LiveList<Row> {
  items: Row[];
  /** For the route of the list itself. Workers have no further page. */
  next_cursor?: string | null;
  /** Of workers: whether there are more than these. */
  has_more?: boolean;
  /** Of running requests: the number of processes that did not answer in time. */
  missing_nodes?: number;
}

/** `query`: as the list itself takes it. */
export type LiveOptions<P extends LivePath> = CallOptions & {
  query?: paths[P]['get']['parameters']['query'];
};

/** The server sends something every 15 s. */
const SILENCE_MAX_MS = 45_000;

/** In a change, a number is the place that a row had before. */
type Change<Row> = Omit<LiveList<Row>, 'items'> & { items: (Row | number)[] };

export async function* followList<P extends LivePath>(
  { send, url }: Connection,
  path: P,
  { query = {}, signal }: LiveOptions<P> = {},
): AsyncGenerator<LiveList<LiveRows[P]>> {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query as object))
    if (value !== undefined) words.set(name, String(value));
  const request = new Outgoing(`${url}${path}${words.size === 0 ? '' : `?${words.toString()}`}`, {
    headers: { accept: 'text/event-stream' },
    ...(signal !== undefined && { signal }),
  });
  const response = await send(request, { defaultTimeoutMs: SILENCE_MAX_MS });
  let items: LiveRows[P][] = [];
  for await (const { event, data } of readEvents(response.body)) {
    const said = JSON.parse(data) as Change<LiveRows[P]>;
    if (event !== 'list' && event !== 'change') throw apiError(said, response);
    const before = items;
    items = said.items.map((item) => (typeof item === 'number' ? (before[item] as LiveRows[P]) : item));
    yield { ...said, items };
  }
  throw cutOff(response);
}
