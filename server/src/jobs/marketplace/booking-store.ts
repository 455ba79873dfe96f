import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import { tables, type WorkerRow } from '../store/tables.ts';

export interface Booking {
  workerId: string;
  ownerId: string;
  nowMs: number;
  untilMs: number;
  /** A worker that was not seen since is offline. */
  seenSinceMs: number;
}

/**
 * The only statement that books a worker: of many at once, one finds it free. A further booking of the same owner moves the
 * end, and never to an earlier time. Guarded by marketplace.test.ts.
 * @returns undefined where it is taken, offline, or not for others to book.
 */
export const book = (
  tx: Db,
  { workerId, ownerId, nowMs, untilMs, seenSinceMs }: Booking,
): Promise<WorkerRow | undefined> =>
  tables(tx)
    .updateTable('workers')
    .set({
      revision: sql<number>`revision + 1`,
      booked_by: ownerId,
      booked_until: sql<number>`case when booked_by = ${ownerId} and booked_until > ${untilMs}
        then booked_until else ${untilMs} end`,
    })
    .where('id', '=', workerId)
    .where('is_draining', '=', 0)
    .where('paused_at', 'is', null)
    .where('seen_at', '>=', seenSinceMs)
    .where((eb) => eb.or([eb('is_bookable', '=', 1), eb('owner_id', '=', ownerId)]))
    .where((eb) => eb.or([eb('booked_until', '<=', nowMs), eb('booked_by', '=', ownerId)]))
    .returningAll()
    .executeTakeFirst();

/** @param bookedBy undefined: any owner. @returns undefined where there is no such booking. */
export const release = (
  tx: Db,
  { workerId, bookedBy, nowMs }: { workerId: string; bookedBy: string | undefined; nowMs: number },
): Promise<WorkerRow | undefined> => {
  let query = tables(tx)
    .updateTable('workers')
    .set({ revision: sql<number>`revision + 1`, booked_by: null, booked_until: 0 })
    .where('id', '=', workerId)
    .where('booked_until', '>', nowMs);
  if (bookedBy !== undefined) query = query.where('booked_by', '=', bookedBy);
  return query.returningAll().executeTakeFirst();
};

/** Workers that are booked, with their bookers. */
export async function bookedWorkers(db: Db, nowMs: number): Promise<{ id: string; booked_by: string }[]> {
  const { rows } = await sql<{ id: string; booked_by: string }>`
    select id, booked_by from workers where booked_until > ${nowMs} and booked_by is not null`.execute(db);
  return rows;
}

export interface Offer {
  priceNano?: number | null;
  description?: string | null;
  isBookable?: boolean;
}

/** Members that are left out stay. */
export const setOffer = (
  tx: Db,
  id: string,
  { priceNano, description, isBookable }: Offer,
): Promise<WorkerRow | undefined> =>
  tables(tx)
    .updateTable('workers')
    .set((eb) => ({
      revision: eb('revision', '+', 1),
      ...(priceNano !== undefined && {
        offer_price_nano: priceNano,
        price_nano: priceNano ?? eb.ref('said_price_nano'),
      }),
      ...(description !== undefined && { offer_description: description }),
      ...(isBookable !== undefined && { is_bookable: isBookable ? 1 : 0 }),
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();

export interface WorkerPage {
  seenSinceMs: number;
  after: { createdAt: number; id: string } | undefined;
  /** Whether the list goes on with this worker, not behind it. */
  isInclusive?: boolean;
  limit: number;
}

/** The latest registered first. */
export function pageOfWorkers(
  db: Db,
  { seenSinceMs, after, isInclusive = false, limit }: WorkerPage,
): Promise<WorkerRow[]> {
  let query = tables(db).selectFrom('workers').selectAll().where('seen_at', '>=', seenSinceMs);
  if (after !== undefined)
    query = query.where((eb) =>
      eb(eb.refTuple('registered_at', 'id'), isInclusive ? '<=' : '<', eb.tuple(after.createdAt, after.id)),
    );
  return query.orderBy('registered_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}
