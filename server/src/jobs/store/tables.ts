import type { Db } from '../../storage/index.ts';
import type { AttemptRow, JobRow } from '../job.ts';
import type { WaitingRow } from '../webhooks/waiting-store.ts';
import type { WebhookRow } from './webhook-store.ts';

/** `spec`: JSON. */
export type LaneRow = {
  id: number;
  owner_id: string;
  key_id: string;
  priority: number;
  hash: string;
  spec: string;
  used_at: number;
};

/** `capabilities`, `missing_models`: JSON. Times in ms since 1970; `is_…`: 0 or 1. */
export type WorkerRow = {
  id: string;
  owner_id: string;
  /** The key that it registered, asked for jobs or sent a heartbeat with last. */
  key_id: string;
  /** Unique under its owner. */
  name: string;
  /** Grows with each change of what it can do. */
  revision: number;
  capabilities: string;
  /** Jobs at a time. */
  concurrency: number;
  region: string | null;
  /** The one that counts: that of the offer, else that of the registration. 10⁻⁹ USD per hour. */
  price_nano: number | null;
  protocol: number;
  is_draining: number;
  /** It is deleted with its last lease. */
  is_leaving: number;
  /** Gets no jobs until then, after failures; 0: gets them. */
  rests_until: number;
  /** How often it rested since its last success. */
  rests: number;
  missing_models: string;
  /** An administrator lets it have no more jobs since then; null: it gets jobs. */
  paused_at: number | null;
  /** The program that registered it last, by a word of its own; null: it sent none. */
  process: string | null;
  /** The last word of another program under the same name; 0: none. */
  twin_seen_at: number;
  /** The last time. */
  registered_at: number;
  seen_at: number;
  /** The owner who has booked it. */
  booked_by: string | null;
  /** It works for nobody else until then; 0: not booked. */
  booked_until: number;
  /** As it registered. */
  said_price_nano: number | null;
  /** As its owner offers it. */
  offer_price_nano: number | null;
  offer_description: string | null;
  /** Whether other owners can book it. */
  is_bookable: number;
};

type Tables = {
  jobs: JobRow;
  job_lanes: LaneRow;
  job_payloads: { job_id: string; payload: string };
  job_results: { job_id: string; result: string };
  job_output: { job_id: string; seq: number; attempt: number; piece: string };
  job_attempts: AttemptRow;
  workers: WorkerRow;
  job_webhooks: WebhookRow;
  job_waiting: WaitingRow;
  job_webhook_secrets: { owner_id: string; sealed: string };
};

export const tables = (db: Db) => db.withTables<Tables>();
