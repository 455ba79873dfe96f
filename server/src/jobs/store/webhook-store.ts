import { sql } from 'kysely';
import { claimRows, type Db } from '../../storage/index.ts';
import { tables } from './tables.ts';

/** A report that is to be sent. */
export type WebhookRow = {
  job_id: string;
  owner_id: string;
  url: string;
  tries: number;
  /** ms since 1970 */
  next_at: number;
};

/** For jobs that are over and have an address. */
export async function addWebhooks(tx: Db, ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length > 0)
    await sql`insert into job_webhooks (job_id, owner_id, url, tries, next_at)
      select id, owner_id, webhook_url, 0, ${sql.lit(nowMs)} from jobs
      where id in (${sql.join(ids)}) and webhook_url is not null
      on conflict do nothing`.execute(tx);
}

export async function anyDue(db: Db, nowMs: number): Promise<boolean> {
  const { rows } = await sql`select 1 from job_webhooks where next_at <= ${nowMs} limit 1`.execute(db);
  return rows.length > 0;
}

interface WebhookClaim {
  nowMs: number;
  retryMs: number;
  limit: number;
  /** Owners whose reports wait. */
  except: readonly string[];
}

/** Those that are due. Each is due again at `retryMs`: so it is sent, should this process die now. */
export const claimWebhooks = (
  tx: Db,
  { nowMs, retryMs, limit, except }: WebhookClaim,
): Promise<WebhookRow[]> =>
  claimRows<WebhookRow>(tx, {
    table: 'job_webhooks',
    key: ['job_id'],
    where:
      except.length === 0
        ? sql<boolean>`next_at <= ${nowMs}`
        : sql<boolean>`next_at <= ${nowMs} and owner_id not in (${sql.join(except)})`,
    order: sql`next_at, job_id`,
    limit,
    change: sql`update job_webhooks set tries = tries + 1, next_at = ${retryMs}`,
  });

export const retryWebhook = async (tx: Db, jobId: string, nextMs: number): Promise<void> => {
  await tables(tx).updateTable('job_webhooks').set({ next_at: nextMs }).where('job_id', '=', jobId).execute();
};

export const deleteWebhook = async (tx: Db, jobId: string): Promise<void> => {
  await tables(tx).deleteFrom('job_webhooks').where('job_id', '=', jobId).execute();
};

export const findSecret = async (db: Db, ownerId: string): Promise<string | undefined> =>
  (
    await tables(db)
      .selectFrom('job_webhook_secrets')
      .select('sealed')
      .where('owner_id', '=', ownerId)
      .executeTakeFirst()
  )?.sealed;

/** @returns the stored one, also where somebody else was first. */
export async function putSecret(tx: Db, ownerId: string, sealed: string): Promise<string> {
  await tables(tx)
    .insertInto('job_webhook_secrets')
    .values({ owner_id: ownerId, sealed })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await findSecret(tx, ownerId)) ?? sealed;
}
