import { jsonIn } from '../../base/json-text.ts';
import type { WorkerRow } from '../store/tables.ts';
import type { Candidate, Capabilities } from '../spec.ts';

/** A worker counts as online for so long after its last word. */
export const ONLINE_MS = 45_000;

/** A worker that was not seen for so long is not counted among those that could do a job. */
export const KNOWN_MS = 7 * 86_400_000;

const parsed = new WeakMap<WorkerRow, Candidate>();

/** By their text, which each claim and result reads again. */
const known = new Map<string, Capabilities>();
const KNOWN_MAX = 1_000;
/** Characters; longer ones are not kept. */
const KNOWN_TEXT_MAX = 16_384;

function capabilitiesIn(text: string): Capabilities {
  let capabilities = known.get(text);
  if (capabilities === undefined) {
    capabilities = JSON.parse(text) as Capabilities;
    if (known.size >= KNOWN_MAX) known.clear();
    if (text.length <= KNOWN_TEXT_MAX) known.set(text, capabilities);
  }
  return capabilities;
}

export function candidateOf(row: WorkerRow): Candidate {
  let candidate = parsed.get(row);
  if (candidate === undefined) {
    candidate = {
      id: row.id,
      name: row.name,
      ownerId: row.owner_id,
      capabilities: capabilitiesIn(row.capabilities),
      region: row.region,
      priceNano: row.price_nano,
      missingModels: row.missing_models === '[]' ? [] : (jsonIn(row.missing_models) as string[]),
    };
    parsed.set(row, candidate);
  }
  return candidate;
}

/** The owner who alone may use it now; undefined: it is not booked. */
export const bookedFor = (
  { booked_by: owner, booked_until: until }: Pick<WorkerRow, 'booked_by' | 'booked_until'>,
  nowMs: number,
): string | undefined => (owner !== null && until > nowMs ? owner : undefined);

export const WORKER_STATES = ['online', 'draining', 'paused', 'resting', 'offline'] as const;
export type WorkerState = (typeof WORKER_STATES)[number];

export function stateOf(row: WorkerRow, nowMs: number): WorkerState {
  if (row.seen_at < nowMs - ONLINE_MS) return 'offline';
  if (row.is_draining === 1) return 'draining';
  if (row.paused_at !== null) return 'paused';
  return row.rests_until > nowMs ? 'resting' : 'online';
}

/** Whether two programs report under the name of this worker. */
export const hasTwin = ({ twin_seen_at: atMs }: Pick<WorkerRow, 'twin_seen_at'>, nowMs: number): boolean =>
  atMs >= nowMs - ONLINE_MS;
