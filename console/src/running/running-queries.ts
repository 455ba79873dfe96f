import { unwrap, type components } from '@keyward/sdk';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { PAGE_ROWS, pagesQuery, type Pages } from '../api/pages.ts';
import { useLiveList, withFirstPage } from '../page/live-list.ts';

type Sent = components['schemas']['RunningRequest'];
export interface RunningRequest extends Omit<Sent, 'age_seconds'> {
  /** By the clock of the browser, ms: it may differ from the server's. */
  beganMs: number;
}
export type Stopped = components['schemas']['StoppedRequests'];
/** What is stopped: one request, or all of a key, an owner or a tag. */
export type StopTarget = { id: string } | { key: string } | { owner: string } | { tag: string };

const RUNNING = ['running'] as const;
const SECOND_MS = 1_000;
/** Those that only show this list. */
const LISTS = ['running.list', 'running.live'];

/** By row: one that has not changed is not sent again, so its age is that of its first time. */
const began = new WeakMap<Sent, number>();
function withBeginning(sent: Sent): RunningRequest {
  const { age_seconds: age, ...row } = sent;
  const beganMs = began.get(sent) ?? Date.now() - age * SECOND_MS;
  began.set(sent, beganMs);
  return { ...row, beganMs };
}

interface Listed {
  items: readonly Sent[];
  next_cursor?: string | null;
  missing_nodes?: number;
}

const shownOf = ({ items, next_cursor = null, missing_nodes: missing = 0 }: Listed) => ({
  items: items.filter(({ route }) => !LISTS.includes(route)).map(withBeginning),
  next_cursor,
  missing,
});
type Shown = ReturnType<typeof shownOf>;

const runningQuery = {
  ...pagesQuery(RUNNING, async (query, signal) =>
    shownOf(await unwrap(client.GET('/v1/running', { params: { query }, signal }))),
  ),
  // The stream gives what is new.
  refetchOnWindowFocus: false,
};

const idOf = ({ id }: RunningRequest): string => id;

/** The requests in flight on all nodes, newest first. */
export function useRunning() {
  const running = useInfiniteQuery(runningQuery);
  useLiveList({
    path: '/v1/running/live',
    query: { limit: PAGE_ROWS },
    queryKey: RUNNING,
    isOn: running.data !== undefined,
    show: (data: Pages<Shown>, list, isHeld) => withFirstPage(data, shownOf(list), { isHeld, idOf }),
  });
  return running;
}

/** Stops requests, and gives what every node has confirmed. */
export function useStop() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (target: StopTarget): Promise<Stopped> =>
      'id' in target
        ? unwrap(client.POST('/v1/running/{id}/stop', { params: { path: { id: target.id } } }))
        : unwrap(client.POST('/v1/running/stop', { body: target })),
    onSettled: () => queries.invalidateQueries({ queryKey: RUNNING }),
  });
}
