import { createHmac, randomBytes } from 'node:crypto';
import { Every } from '../../base/every.ts';
import { isoTime } from '../../base/clock.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { VERSION } from '../../base/version.ts';
import type { Sealing } from '../../sealing/index.ts';
import { booksOf, type Db, type Storage } from '../../storage/index.ts';
import type { JobsContext } from '../context.ts';
import { viewOfJob } from '../job-view.ts';
import { findJob } from '../store/job-store.ts';
import * as store from '../store/webhook-store.ts';
import type { WebhookRow } from '../store/webhook-store.ts';

const LOOK_MS = 1_000;
const AT_ONCE = 200;
/** Of one owner: receivers that do not answer would otherwise hold up the reports to all others. */
const OWNER_AT_ONCE = 10;
export const TIMEOUT_MS = 10_000;
/** The waits before each further try: a day in all. */
const WAITS_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000, 14_400_000, 28_800_000, 36_000_000];
const SECRET_BYTES = 32;
const ANSWER_MAX_BYTES = 64 * 1024;

interface Report {
  url: string;
  /** With this one. */
  tries: number;
  /** For the log. */
  named: Record<string, string>;
  /** Logged after the last try. */
  lost: string;
  /** @returns why it was not taken. */
  post: () => Promise<string | undefined>;
  /** @param nextMs ms since 1970; undefined: it was taken, or is given up. */
  note: (tx: Db, nextMs: number | undefined) => Promise<void>;
}

/**
 * Reports the end of jobs to the addresses that their clients gave, signed after Standard Webhooks, never to a private
 * address unless the operator allows it. At least once: `webhook-id` tells a repeat.
 */
export class Webhooks {
  readonly #context: JobsContext;
  readonly #sealing: Sealing;
  readonly #storage: Storage;
  readonly #connections;
  readonly #looks = new Every(LOOK_MS, () => this.#look());
  /** On their way, by owner. */
  readonly #sending = new Map<Promise<void>, string>();
  #isStopping = false;

  constructor(context: JobsContext, sealing: Sealing) {
    this.#context = context;
    this.#sealing = sealing;
    this.#storage = booksOf(context.storage);
    // No connection is kept: for each report the name is looked up and checked again.
    this.#connections = openOutbound({
      policy: { kind: 'page', allowed: context.webhookPrivate },
      pipelining: 0,
    });
  }

  start(): void {
    this.#looks.start();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#looks.stop();
    await Promise.all(this.#sending.keys());
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  /** The secret that reports to this owner are signed with: `whsec_…`. Made at the first call. */
  async secretOf(ownerId: string): Promise<string> {
    const sealing = this.#sealing;
    const context = `webhook:${ownerId}`;
    const known = await store.findSecret(this.#storage.db, ownerId);
    if (known !== undefined) return sealing.open(known, context);
    const made = sealing.seal(`whsec_${randomBytes(SECRET_BYTES).toString('base64')}`, context);
    return sealing.open(await this.#storage.transaction((tx) => store.putSecret(tx, ownerId, made)), context);
  }

  async #look(): Promise<void> {
    const { clock, logger } = this.#context;
    try {
      while (!this.#isStopping && this.#sending.size < AT_ONCE) {
        const nowMs = clock.nowMs();
        if (!(await store.anyDue(this.#storage.db, nowMs))) return;
        const limit = Math.min(OWNER_AT_ONCE, AT_ONCE - this.#sending.size);
        const claim = { nowMs, retryMs: nowMs + 2 * TIMEOUT_MS, limit, except: this.#busyOwners() };
        const due = await this.#storage.transaction((tx) => store.claimWebhooks(tx, claim), {
          durable: false,
        });
        if (due.length === 0) return;
        for (const row of due) this.#begin(row);
      }
    } catch (error) {
      logger.warn({ err: error }, 'webhooks could not be read');
    }
  }

  /** An owner may have more on their way than its share, where a claim brought several. */
  #busyOwners(): string[] {
    const runs = Map.groupBy(this.#sending.values(), (ownerId) => ownerId);
    return [...runs].flatMap(([ownerId, { length }]) => (length >= OWNER_AT_ONCE ? [ownerId] : []));
  }

  #begin(row: WebhookRow): void {
    const sent = this.#send(row).then(() => {
      this.#sending.delete(sent);
      // Its place is free for the next one.
      if (!this.#isStopping) void this.#looks.run();
    });
    this.#sending.set(sent, row.owner_id);
  }

  #send(row: WebhookRow): Promise<void> {
    return this.attempt({
      ...row,
      named: { job: row.job_id },
      lost: 'the end of a job could not be reported',
      post: () => this.#post(row),
      note: (tx, nextMs) =>
        nextMs === undefined
          ? store.deleteWebhook(tx, row.job_id)
          : store.retryWebhook(tx, row.job_id, nextMs),
    });
  }

  /** Sends a report once, stores when it is sent again, and logs a failure. Never rejects. */
  async attempt({ url, tries, named, lost, post, note }: Report): Promise<void> {
    const { logger, clock } = this.#context;
    const failure = await post().catch((error: unknown) => (error as Error).message);
    const wait = WAITS_MS[tries - 1];
    const nextMs = failure === undefined || wait === undefined ? undefined : clock.nowMs() + wait;
    await this.#storage
      .transaction((tx) => note(tx, nextMs), { durable: false })
      .catch((error: unknown) => logger.warn({ err: error }, 'a webhook is sent again'));
    if (failure === undefined) return;
    // Of the address only the host: the rest may hold a secret.
    const details = { ...named, host: URL.parse(url)?.host, tries, reason: failure };
    if (nextMs === undefined) logger.error(details, lost);
    else logger.info(details, 'a webhook is tried again later');
  }

  /** @returns why it was not taken. */
  async #post(row: WebhookRow): Promise<string | undefined> {
    const { storage, clock } = this.#context;
    const job = await findJob(storage.db, row.job_id);
    if (job === undefined || job.deleted_at !== null) return undefined;
    const nowMs = clock.nowMs();
    const data = await viewOfJob(this.#context, job);
    const type = `job.${job.state.toLowerCase()}`;
    const body = JSON.stringify({ type, timestamp: isoTime(job.finished_at ?? nowMs), data });
    const message = { id: `msg_${job.id}`, body };
    return this.deliver({ url: row.url, ownerId: row.owner_id }, message);
  }

  /** Posts a report once. @param ownerId whose secret signs it. @returns why it was not taken. */
  async deliver(
    { url: address, ownerId }: { url: string; ownerId: string },
    { id, body }: { id: string; body: string },
  ): Promise<string | undefined> {
    const url = new URL(address);
    const nowMs = this.#context.clock.nowMs();
    const { statusCode, body: answer } = await this.#connections.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': `Keyward/${VERSION}`,
        ...signatureOf(await this.secretOf(ownerId), { id, nowMs, body }),
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.dump({ limit: ANSWER_MAX_BYTES }).catch(() => undefined);
    return statusCode >= 200 && statusCode < 300 ? undefined : `It answers ${statusCode}.`;
  }
}

/** https://www.standardwebhooks.com: HMAC-SHA256 over id, time in seconds and body. */
export function signatureOf(
  secret: string,
  { id, nowMs, body }: { id: string; nowMs: number; body: string },
): Record<string, string> {
  const seconds = Math.floor(nowMs / 1_000);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}
