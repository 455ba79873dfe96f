import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { sendEvents, type Answer, type Call, type ServerEvent } from '../../http/index.ts';
import type { Services } from '../services.ts';

/** A list is read at most once in this time: of many changes one difference is sent. */
const GAP_MS = 250;
/** A list that takes long to read is read less often: a stream takes at most a twentieth of the time of the database. */
const GAP_IN_READS = 20;
const GAP_MAX_MS = 10_000;
/** Of one owner at one process. */
const STREAMS_MAX = 50;

/** The first page of a list; further members are sent as they are. */
interface Page {
  items: readonly object[];
}

interface LiveList {
  read: (now: { caller: Caller; actor: Actor }) => Promise<Page>;
  /** Resolves when the list may have changed, and after some time in any case. */
  changed: (signal: AbortSignal) => Promise<void>;
  /** Rows with the same text are the same. @default all of its members */
  textOf?: (row: object) => string;
}

/** By the id of the route. */
export const isLive = (routeId: string): boolean => /[._]live$/.test(routeId);

type LiveCall = Pick<Call, 'stillAdmitted' | 'waitSignal' | 'countsItself'> & { caller: Caller };

/**
 * The list, and then what changes of it, until the caller leaves, is no longer admitted, or the server stops.
 * @throws KeywardError `rate_limited`
 */
export function followed(services: Services, call: LiveCall, list: LiveList): Answer {
  const { keyId, ownerId } = call.caller;
  refuseMany(services, call.caller);
  // To leave is its usual end, and no failure in the usage report.
  call.countsItself();
  services.counters.count({ keyId, ownerId, code: 'ok' });
  return { stream: (response) => sendEvents(response, eventsOf(call, list)) };
}

/** The requests in flight know them all: no count of its own can go wrong. */
function refuseMany({ nodes }: Services, { ownerId }: Caller): void {
  const open = nodes.runs.newest().filter((run) => isLive(run.about.route) && run.isUnder(ownerId));
  if (open.length <= STREAMS_MAX) return;
  throw new KeywardError('rate_limited', `This owner follows ${STREAMS_MAX} lists already, the maximum.`, {
    hint: 'End one of them, or read the list itself.',
    headers: { 'retry-after': '5' },
  });
}

/** `list`: the whole page. `change`: in place of a row that is the same as before, its place in the page before. */
async function* eventsOf(call: LiveCall, list: LiveList): AsyncGenerator<ServerEvent> {
  const { waitSignal: signal } = call;
  const textOf = list.textOf ?? JSON.stringify;
  let before: { places: Map<string, number>; rest: string } | undefined;
  while (!signal.aborted) {
    // Before the read: a change after it must not be missed.
    const changed = list.changed(signal);
    const startedMs = performance.now();
    const page = await readFor(call, list);
    if (page === undefined) return;
    const gapMs = Math.min(Math.max(GAP_MS, (performance.now() - startedMs) * GAP_IN_READS), GAP_MAX_MS);
    const { items, ...rest } = page;
    const texts = items.map((row) => textOf(row));
    const places = new Map(texts.map((text, place) => [text, place]));
    const now = { places, rest: JSON.stringify(rest) };
    if (before === undefined) yield { event: 'list', data: page };
    else if (!isSame(before, now)) {
      const known = before.places;
      const data = { ...rest, items: items.map((row, place) => known.get(texts[place] ?? '') ?? row) };
      yield { event: 'change', data };
    }
    before = now;
    await changed;
    await pause(startedMs + gapMs - performance.now(), signal);
  }
}

/** Undefined: the caller is not admitted any more. It hears why when it asks again. */
async function readFor(call: LiveCall, { read }: LiveList): Promise<Page | undefined> {
  try {
    const { caller, actor } = await call.stillAdmitted();
    return caller === undefined || actor === undefined ? undefined : await read({ caller, actor });
  } catch (error) {
    if (error instanceof KeywardError) return undefined;
    throw error;
  }
}

interface Seen {
  places: ReadonlyMap<string, number>;
  rest: string;
}

const isSame = (before: Seen, now: Seen): boolean =>
  before.rest === now.rest &&
  before.places.size === now.places.size &&
  [...now.places].every(([text, place]) => before.places.get(text) === place);

/** Ends early when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  ms <= 0 ? Promise.resolve() : sleep(ms, undefined, { signal }).catch(() => undefined);
