import { sql } from 'kysely';
import { invalidField } from '../base/errors.ts';
import { slice } from '../base/slices.ts';
import type { Db } from '../storage/index.ts';
import { readHead, tables } from './audit-store.ts';
import { toRecord } from './record.ts';
import type { AuditRecord, RecordRow } from './record.ts';

export interface AuditFilter {
  /** As a record shows it (`key:key_…`, `system`), or the id of a key alone. */
  actor?: string;
  /** Exact, or all that begin so with a trailing `*`, such as `keys.*`. */
  action?: string;
  target?: string;
  /** ms, inclusive. */
  fromMs?: number;
  /** ms, exclusive. */
  toMs?: number;
  /** `next_cursor` of the page before. */
  cursor?: string;
  /** 1…200 */
  limit: number;
}

export interface AuditPage {
  items: AuditRecord[];
  next_cursor: string | null;
}

const LIMIT_MAX = 200;
/** Places in the chain that one statement looks at: some milliseconds on SQLite, which answers without a pause. */
const WINDOW_ROWS = 10_000;

/**
 * Newest first. A page stays the same while records are added.
 * One filter that an index answers, or none, costs the page alone; anything else walks back from the newest
 * record, window by window, until the page is full (0.2 s a million records that do not match).
 * @throws KeywardError `invalid_input` for a cursor that is not one of ours, or a limit out of range.
 */
export async function list(db: Db, filter: AuditFilter): Promise<AuditPage> {
  const { cursor, limit } = filter;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw invalidField('query.limit', `must be a whole number from 1 to ${LIMIT_MAX}`);
  }
  const cursorSeq = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeCursor(cursor);
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
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { items: page.map(toRecord), next_cursor: last === undefined ? null : encodeCursor(last.seq) };
}

function isOneIndex({ actor, action, target, fromMs, toMs }: AuditFilter): boolean {
  const filters = [actor, action, target, fromMs, toMs].filter((value) => value !== undefined);
  return (
    filters.length === 0 || (filters.length === 1 && typeof filters[0] === 'string' && !action?.endsWith('*'))
  );
}

function filtered(db: Db, { actor, action, target, fromMs, toMs }: AuditFilter) {
  let query = tables(db).selectFrom('audit_records').selectAll();
  if (actor !== undefined)
    query = query.where('actor', '=', actor.startsWith('key_') ? `key:${actor}` : actor);
  if (action?.endsWith('*')) {
    const prefix = action.slice(0, -1);
    query = query.where(sql<string>`substr(action, 1, ${sql.lit(prefix.length)})`, '=', prefix);
  } else if (action !== undefined) query = query.where('action', '=', action);
  if (target !== undefined) query = query.where('target', '=', target);
  if (fromMs !== undefined) query = query.where('at', '>=', fromMs);
  if (toMs !== undefined) query = query.where('at', '<', toMs);
  return query;
}

function encodeCursor(seq: number): string {
  return Buffer.from(String(seq)).toString('base64url');
}

function decodeCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const seq = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(seq) || encodeCursor(seq) !== cursor) {
    throw invalidField(
      'query.cursor',
      'is not a cursor of this list',
      'Pass next_cursor of the page before.',
    );
  }
  return seq;
}
