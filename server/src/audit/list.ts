import { sql } from 'kysely';
import { invalidField } from '../base/errors.ts';
import { pageOf, readCursor, type Page } from '../base/page.ts';
import { slice } from '../base/slices.ts';
import type { Db } from '../storage/index.ts';
import { readHead, tables } from './audit-store.ts';
import { toRecord, type AuditRecord, type Outcome, type RecordRow } from './record.ts';

/** Which records are wanted; those that fit all of it. */
export interface AuditFilter {
  /** Such as `key:key_…`, `key_…` or `system`. */
  actor?: string;
  /** Exact, or a prefix such as `keys.*`. */
  action?: string;
  target?: string;
  outcome?: Outcome;
  /** ms, inclusive. */
  fromMs?: number;
  /** ms, exclusive. */
  toMs?: number;
}

export interface AuditQuery extends AuditFilter {
  /** `next_cursor` of the page before. */
  cursor?: string;
  /** 1…200 */
  limit: number;
}

export type AuditPage = Page<AuditRecord>;

const LIMIT_MAX = 200;
const SEQ = /^[1-9]\d{0,14}$/;
/** Records that one statement looks at: some milliseconds on SQLite, which blocks this process. */
const WINDOW_ROWS = 10_000;

/**
 * Newest first. An index answers a query with at most one filter. Others search from the newest record, window by window,
 * until the page is full: 0.2 s for a million records that do not match.
 * @throws KeywardError `invalid_input` for a bad cursor or limit.
 */
export async function list(db: Db, filter: AuditQuery): Promise<AuditPage> {
  const { cursor, limit } = filter;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw invalidField('query.limit', `must be a whole number from 1 to ${LIMIT_MAX}`);
  }
  const cursorSeq = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(readCursor(cursor, SEQ)[0]);
  const head = await readHead(db);
  const query = filtered(db, filter);
  const rows: RecordRow[] = [];
  let before = Math.min(cursorSeq, head.seq + 1);
  const window = isOneIndex(filter) ? before : WINDOW_ROWS;
  while (before > 1 && rows.length <= limit) {
    const from = Math.max(1, before - window);
    const part = query.where('seq', '>=', from).where('seq', '<', before).orderBy('seq', 'desc');
    const left = limit + 1 - rows.length;
    rows.push(...(await slice(() => part.limit(left).execute())));
    before = from;
  }
  return pageOf(rows.map(toRecord), limit, ({ seq }) => [seq]);
}

function isOneIndex({ actor, action, target, outcome, fromMs, toMs }: AuditFilter): boolean {
  if (outcome !== undefined) return false;
  const filters = [actor, action, target, fromMs, toMs].filter((value) => value !== undefined);
  return (
    filters.length === 0 || (filters.length === 1 && typeof filters[0] === 'string' && !action?.endsWith('*'))
  );
}

export function filtered(db: Db, { actor, action, target, outcome, fromMs, toMs }: AuditFilter) {
  let query = tables(db).selectFrom('audit_records').selectAll();
  if (actor !== undefined)
    query = query.where('actor', '=', actor.startsWith('key_') ? `key:${actor}` : actor);
  if (action?.endsWith('*')) {
    const prefix = action.slice(0, -1);
    query = query.where(sql<string>`substr(action, 1, ${sql.lit(prefix.length)})`, '=', prefix);
  } else if (action !== undefined) query = query.where('action', '=', action);
  if (target !== undefined) query = query.where('target', '=', target);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (fromMs !== undefined) query = query.where('at', '>=', fromMs);
  if (toMs !== undefined) query = query.where('at', '<', toMs);
  return query;
}

/** One record by its number; undefined: no record has it. */
export async function find(db: Db, seq: number): Promise<AuditRecord | undefined> {
  const row = await tables(db)
    .selectFrom('audit_records')
    .selectAll()
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row && toRecord(row);
}
