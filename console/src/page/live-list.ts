import {
  KeywardConnectionError,
  type LiveList,
  type LiveOptions,
  type LivePath,
  type LiveRows,
} from '@keyward/sdk';
import type { QueryKey } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { client } from '../api/client.ts';
import type { PageOf, Pages } from '../api/pages.ts';
import { noticeRefusal, queryClient } from '../api/queries.ts';
import { useIsSignedIn } from '../session/session-queries.ts';
import { noticeLoss } from '../app/connection.ts';

/** After a stream has ended. */
const AGAIN_MS = 1_000;
/** How soon a list goes on that was held. */
const LOOK_MS = 500;
/** Streams of all windows together: a browser has six connections to a server without TLS, and the pages need some. */
const PLACES = ['keyward-live-1', 'keyward-live-2', 'keyward-live-3'];
/** Between two looks at a list that is not followed. */
const NEXT_LOOK_MS = 5_000;
/** Where a row would move from under the hand of the reader. */
const IN_USE = 'tbody:focus-within, tbody button:hover, [role=menu], [role=dialog]';

interface Live<P extends LivePath, Data> {
  path: P;
  query?: LiveOptions<P>['query'];
  /** Of the list in the cache, which is followed once it was read. */
  queryKey: QueryKey;
  isOn: boolean;
  /** The list as it is to be shown. `isHeld`: the reader is in the middle of it: rows may change, but none may come, go or move. */
  show: (data: Data, list: LiveList<LiveRows[P]>, isHeld: boolean) => Data;
}

/** Follows a list while its page is seen. A hidden window has no stream. Guarded by console/test/live-lists.test.ts. */
export function useLiveList<P extends LivePath, Data>({
  path,
  query,
  queryKey,
  isOn,
  show,
}: Live<P, Data>): void {
  const isSignedIn = useIsSignedIn();
  const isSeen = useIsSeen() && isSignedIn;
  const asked = JSON.stringify(query);
  useEffect(() => {
    if (!isOn || !isSeen) return undefined;
    const leaving = new AbortController();
    const { signal } = leaving;
    let held: LiveList<LiveRows[P]> | undefined;
    const take = async (list: LiveList<LiveRows[P]>): Promise<void> => {
      const isHeld = scrollY > 0 || document.querySelector(IN_USE) !== null;
      held = isHeld ? list : undefined;
      // An answer that is on its way is older, and would come after it.
      if (!isHeld) await queryClient.cancelQueries({ queryKey });
      if (signal.aborted) return;
      queryClient.setQueryData<Data>(queryKey, (data) =>
        data === undefined ? data : show(data, list, isHeld),
      );
    };
    const looking = setInterval(() => {
      if (held !== undefined) void take(held);
    }, LOOK_MS);
    const given = asked === undefined ? undefined : (JSON.parse(asked) as LiveOptions<P>['query']);
    void followOn(path, { signal, ...(given !== undefined && { query: given }) }, take);
    return () => {
      clearInterval(looking);
      leaving.abort(new Error('The page was left.'));
    };
    // `show` and `queryKey` are those of the same list: a late event of a former one must not come into another.
  }, [path, asked, isOn, isSeen]);
}

/** Rows where they stand, as they are now. */
export function updatedRows<Row>(
  shown: readonly Row[],
  now: readonly Row[],
  idOf: (row: Row) => string,
): Row[] {
  const byId = new Map(now.map((row) => [idOf(row), row]));
  return shown.map((row) => byId.get(idOf(row)) ?? row);
}

/** Pages of a list whose first one is followed: it is as it is now, and who has scrolled reads on. */
export function withFirstPage<Row, Page extends PageOf<Row>>(
  data: Pages<Page>,
  now: Page,
  { isHeld, idOf }: { isHeld: boolean; idOf: (row: Row) => string },
): Pages<Page> {
  const [first, ...rest] = data.pages;
  if (first === undefined || !isHeld) return { pages: [now], pageParams: [null] };
  // The pages behind it begin where it ended.
  const held = { ...now, next_cursor: first.next_cursor, items: updatedRows(first.items, now.items, idOf) };
  return { ...data, pages: [held, ...rest] };
}

async function followOn<P extends LivePath>(
  path: P,
  options: LiveOptions<P> & { signal: AbortSignal },
  take: (list: LiveList<LiveRows[P]>) => Promise<void>,
): Promise<void> {
  const { signal } = options;
  // Its type says that it is always there.
  const { locks } = navigator as { locks?: LockManager };
  const follow = async (): Promise<void> => {
    for await (const list of client.follow(path, options)) {
      await take(list);
      if (locks === undefined) return;
    }
  };
  while (!signal.aborted) {
    try {
      // Pages of plain http on another machine have no locks: six windows with streams would take all connections.
      await (locks === undefined ? follow() : inFreePlace(locks, follow));
    } catch (error) {
      if (signal.aborted) return;
      noticeRefusal(error);
      // A server that stops ends its streams while another one takes over.
      if (!(error instanceof KeywardConnectionError && error.code === 'broken_off')) noticeLoss(error);
    }
    await new Promise((done) => setTimeout(done, locks === undefined ? NEXT_LOOK_MS : AGAIN_MS));
  }
}

/** Does it where a place is free. */
async function inFreePlace(locks: LockManager, work: () => Promise<void>): Promise<void> {
  for (const place of PLACES) {
    const isDone = await locks.request(place, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await work();
      return lock !== null;
    });
    if (isDone) return undefined;
  }
  return undefined;
}

const useIsSeen = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      document.addEventListener('visibilitychange', listener);
      return () => document.removeEventListener('visibilitychange', listener);
    },
    () => document.visibilityState === 'visible',
  );
