import type { Actor } from '../access/index.ts';
import { STACK_KEY } from '../base/forms/bootstrap-forms.ts';
import { isoTime } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import { pageOf, readCursor, type Page } from '../base/page.ts';
import { statesOf, type KeyState } from '../keys/index.ts';
import type { StacksContext } from './record-report.ts';
import type { EventRow, KeyRow, RecordState } from './stack.ts';
import * as store from './stack-store.ts';

/** The last known state of one key. Times ISO 8601. */
export interface StackKeyView {
  stack: string;
  id: string;
  /** As it is now: also after this server's own key was ended since the last report. */
  state: RecordState;
  reported_state: RecordState;
  reason: string | null;
  place: string | null;
  copies: string[];
  source: string | null;
  stored_at: string | null;
  verdict: KeyRow['verdict'];
  service_key_id: string | null;
  /** Of the service key, if it is a key of this server that the caller may read. */
  key_state: KeyState | null;
  last_run: { run_id: string; verb: KeyRow['verb']; host: string | null; finished_at: string };
  reported_at: string;
  reported_by: { key: string; owner: string };
}

export interface StackEventView {
  at: string;
  action: string;
  state: RecordState;
  reason: string | null;
  revoked: string[];
  verb: KeyRow['verb'];
  run_id: string;
  reported_by: string;
}

interface ListInput {
  stack?: string | undefined;
  state?: RecordState | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Of one read, where most keys may not have the wanted state. */
const WALK_ROWS = 500;

/** By stack, then by id. */
export async function listStackKeys(
  context: StacksContext,
  actor: Actor,
  { stack, state, limit = 50, cursor }: ListInput,
): Promise<Page<StackKeyView>> {
  const size = state === undefined ? limit + 1 : WALK_ROWS;
  const found: StackKeyView[] = [];
  let after = readAfter(cursor);
  for (let isMore = true; isMore && found.length <= limit;) {
    const rows = await store.pageOfKeys(context.storage.db, { stack, after, limit: size });
    const views = await viewsOf(context, actor, rows);
    found.push(...views.filter((view) => state === undefined || view.state === state));
    after = rows.at(-1);
    isMore = rows.length === size;
  }
  return pageOf(found, limit, (last) => [last.stack, last.id]);
}

function readAfter(cursor: string | undefined): Pick<KeyRow, 'stack' | 'id'> | undefined {
  if (cursor === undefined) return undefined;
  const [stack = '', id = ''] = readCursor(cursor, STACK_KEY);
  return { stack, id };
}

/** @throws KeywardError `not_found` */
export async function getStackKey(
  context: StacksContext,
  actor: Actor,
  { stack, id }: Pick<KeyRow, 'stack' | 'id'>,
): Promise<StackKeyView & { events: StackEventView[] }> {
  const { db } = context.storage;
  const [view] = await viewsOf(context, actor, await store.findKeys(db, stack, [id]));
  if (view === undefined) throw noSuchKey();
  return { ...view, events: (await store.eventsOf(db, stack, id)).map(viewOfEvent) };
}

/** The record only: no value and no key is touched. @throws KeywardError `not_found` */
export async function forgetStackKeys(
  { audit }: Pick<StacksContext, 'audit'>,
  actor: Actor,
  { stack, id }: { stack: string; id?: string },
): Promise<void> {
  await audit.change(actor, async (tx) => {
    if (!(await store.lockIfThere(tx, stack))) throw noSuchStack();
    if (id === undefined) await store.deleteStack(tx, stack);
    else if (!(await store.deleteKey(tx, stack, id))) throw noSuchKey();
    return {
      result: undefined,
      entry: { action: 'bootstrap.forget', target: id === undefined ? stack : `${stack}/${id}` },
    };
  });
}

const HINT = { hint: 'GET /v1/bootstrap/keys lists the recorded ones.' };
const noSuchKey = (): KeywardError => new KeywardError('not_found', 'There is no record of this key.', HINT);
const noSuchStack = (): KeywardError =>
  new KeywardError('not_found', 'There is no record of this stack.', HINT);

async function viewsOf(
  context: StacksContext,
  actor: Actor,
  rows: readonly KeyRow[],
): Promise<StackKeyView[]> {
  const ids = rows.flatMap(({ service_key_id: id }) => (id?.startsWith('key_') === true ? [id] : []));
  const states = await statesOf(context.keys, actor, [...new Set(ids)]);
  return rows.map((row) => {
    const own = states.get(row.service_key_id ?? '');
    const isEnded = own?.isGood === false && row.state !== 'destroyed';
    return {
      stack: row.stack,
      id: row.id,
      state: isEnded ? 'refused' : row.state,
      reported_state: row.state,
      reason: row.reason,
      place: row.place,
      copies: JSON.parse(row.copies) as string[],
      source: row.source,
      stored_at: row.stored_at === null ? null : isoTime(row.stored_at),
      verdict: row.verdict,
      service_key_id: row.service_key_id,
      key_state: own?.state ?? null,
      last_run: { run_id: row.run_id, verb: row.verb, host: row.host, finished_at: isoTime(row.looked_at) },
      reported_at: isoTime(row.reported_at),
      reported_by: { key: row.reported_by, owner: row.reported_owner },
    };
  });
}

const viewOfEvent = ({
  at,
  action,
  state,
  reason,
  revoked,
  verb,
  run_id,
  reported_by,
}: EventRow): StackEventView => ({
  at: isoTime(at),
  action,
  state,
  reason,
  revoked: JSON.parse(revoked) as string[],
  verb,
  run_id,
  reported_by,
});
