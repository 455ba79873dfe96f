import pg from 'pg';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../base/logger.ts';
import type { Storage } from '../storage/index.ts';
import type { Notification } from './node-store.ts';
import { isTopic, readConfirmation, writeConfirmation, type Wire, type WireEvents } from './wire.ts';

const ANNOUNCED = 'keyward_announced';
const CONFIRMED = 'keyward_confirmed';
const WOKEN = 'keyward_woken';
const RECONNECT_MS = 500;
const ANSWER_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 1_000;
const ANNOUNCED_KEPT = 10_000;
const NOTIFY =
  'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as word (channel, payload)';

interface Options {
  nodeId: string;
  url: string;
  storage: Storage;
  events: WireEvents;
  logger: Logger;
}

/** Between nodes on one PostgreSQL: NOTIFY, answered by NOTIFY, on a separate connection that is reopened when lost. */
export async function openPostgresWire(options: Options): Promise<Wire> {
  const wire = new PostgresWire(options);
  await wire.connect();
  return wire;
}

class PostgresWire implements Wire {
  readonly address = 'postgres';
  readonly #options: Options;
  #client: pg.Client | undefined;
  readonly #outgoing: [channel: string, payload: string][] = [];
  #isSending = false;
  #closed = false;
  /** Numbers that were announced, the oldest first: each is announced once, not once per node. */
  readonly #announced = new Set<number>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws where the server cannot be reached. */
  async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: 'keyward-wire',
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
    });
    let ended = false;
    client.on('notification', ({ channel, payload = '' }) => this.#receive(channel, payload));
    client.on('error', () => undefined);
    // A client that never connected says so too: only one that was in use is replaced, or each failed attempt would
    // begin more attempts (revocation.test.ts, "PostgreSQL away").
    client.once('end', () => {
      ended = true;
      if (this.#client === client) this.#lost();
    });
    try {
      await client.connect();
      await client.query(`listen ${ANNOUNCED}; listen ${CONFIRMED}; listen ${WOKEN}`);
      if (ended || this.#closed) throw new Error('The connection ended as soon as it was made.');
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
  }

  get notification(): Notification {
    return { channel: ANNOUNCED, nodeId: this.#options.nodeId };
  }

  announce(_node: { id: string; address: string }, seq: number): void {
    if (this.#client === undefined || this.#announced.has(seq)) return;
    this.markAnnounced(seq);
    this.#notify(ANNOUNCED, `${this.#options.nodeId} ${seq}`);
  }

  markAnnounced(seq: number): void {
    this.#announced.add(seq);
    const [oldest] = this.#announced;
    if (this.#announced.size > ANNOUNCED_KEPT && oldest !== undefined) this.#announced.delete(oldest);
  }

  /** Through the pool: on this connection confirmations would wait for it. */
  async wake(_nodes: readonly unknown[], topic: string): Promise<void> {
    const said = `${this.#options.nodeId} ${topic}`;
    await this.#options.storage.transaction((tx) => sql`select pg_notify(${WOKEN}, ${said})`.execute(tx), {
      durable: false,
    });
  }

  async forget(): Promise<void> {}

  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    // A server may no longer answer.
    const patience = new AbortController();
    await Promise.race([
      client?.end().catch(() => undefined),
      sleep(CLOSE_TIMEOUT_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  #receive(channel: string, payload: string): void {
    const nodeId = payload.slice(0, payload.indexOf(' '));
    const text = payload.slice(nodeId.length + 1);
    if (nodeId === this.#options.nodeId) return;
    const { events, logger } = this.#options;
    if (channel === WOKEN) {
      if (isTopic(text)) events.onWake(text);
      return;
    }
    if (channel === CONFIRMED) {
      const confirmation = readConfirmation(text);
      if (confirmation !== undefined) events.onConfirmed(nodeId, confirmation);
      return;
    }
    if (!/^\d{1,15}$/.test(text)) return;
    events
      .onAnnounced(Number(text))
      .then((confirmation) =>
        this.#notify(CONFIRMED, `${this.#options.nodeId} ${writeConfirmation(confirmation)}`),
      )
      .catch((error: unknown) => logger.warn({ err: error }, 'a change could not be applied at once'));
  }

  #notify(channel: string, payload: string): void {
    this.#outgoing.push([channel, payload]);
    if (!this.#isSending) void this.#send();
  }

  /** One statement at a time, with all that came meanwhile. The next renewal makes up for a lost connection. */
  async #send(): Promise<void> {
    this.#isSending = true;
    while (this.#client !== undefined && this.#outgoing.length > 0) {
      const sent = this.#outgoing.splice(0);
      const columns = [sent.map(([channel]) => channel), sent.map(([, payload]) => payload)];
      await this.#client.query(NOTIFY, columns).catch(() => undefined);
    }
    this.#outgoing.length = 0;
    this.#isSending = false;
  }

  #lost(): void {
    this.#client = undefined;
    if (!this.#closed) void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    while (!this.#closed) {
      await sleep(RECONNECT_MS, undefined, { ref: false });
      try {
        if (!this.#closed) await this.connect();
        return;
      } catch {
        // Leases run out meanwhile, and requests ask the database.
      }
    }
  }
}
