import { hash } from 'node:crypto';
import type { Caller } from '../access/index.ts';
import type { Audit, Entry } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import { refuseSecrets } from './refuse-secrets.ts';
import type { EventRow, KeyRow, Recorded, ReportAction, ReportedKey, StackReport } from './stack.ts';
import * as store from './stack-store.ts';

export interface StacksContext {
  storage: Storage;
  clock: Clock;
  audit: Audit;
  keys: KeysContext;
}

/** Of all stacks together: a key that may report must not fill the disk. */
const KEYS_MAX = 20_000;
const RUNS_KEPT = 200;
const EVENTS_KEPT = 50;
const CLOCK_AHEAD_MAX_MS = 300_000;

/**
 * Records what a run of `keyward bootstrap` did and saw. It changes this record only: no key and no right.
 * @param caller the key that reports; the record names it.
 * @throws KeywardError `invalid_input`, also where a text has the form of a secret; `conflict` where the run id was used for
 * another report, or the record is full.
 */
export async function recordReport(
  { audit, clock }: Pick<StacksContext, 'audit' | 'clock'>,
  caller: Caller,
  report: StackReport,
): Promise<Recorded> {
  check(report, clock.nowMs());
  return audit.change({ kind: 'key', caller }, async (tx) => {
    const { stack, run_id: runId } = report;
    const nowMs = clock.nowMs();
    const digest = hash('sha256', JSON.stringify(report), 'hex');
    await store.lockStack(tx, stack, nowMs);
    const repeat = await store.findRun(tx, stack, runId);
    if (repeat !== undefined) {
      if (repeat.hash !== digest) throw runIdTaken();
      return { result: JSON.parse(repeat.answer) as Recorded };
    }
    const events = await recordKeys(tx, caller, { report, nowMs });
    const result: Recorded = { stack, run_id: runId, keys: report.keys.length, events: events.length };
    const run = { stack, run_id: runId, hash: digest, answer: JSON.stringify(result), reported_at: nowMs };
    await store.insertRun(tx, run, RUNS_KEPT);
    return { result, entry: events.map((event) => entryOf(event, report)) };
  });
}

type NewEvent = Omit<EventRow, 'number'>;

async function recordKeys(
  tx: Db,
  { keyId, ownerId }: Caller,
  { report, nowMs }: { report: StackReport; nowMs: number },
): Promise<NewEvent[]> {
  const { stack, run_id, verb, host, keys } = report;
  const found = await store.findKeys(
    tx,
    stack,
    keys.map(({ id }) => id),
  );
  if (found.length < keys.length && (await store.countKeys(tx)) + keys.length - found.length > KEYS_MAX)
    throw new KeywardError('conflict', `The record has ${KEYS_MAX} keys, the maximum.`, {
      hint: 'Forget stacks that are gone: DELETE /v1/bootstrap/keys/{stack}.',
    });
  const known = new Map(found.map((row) => [row.id, row]));
  const run = { stack, run_id, verb, host, reported_at: nowMs, reported_by: keyId, reported_owner: ownerId };
  const rows: KeyRow[] = [];
  const events: NewEvent[] = [];
  for (const key of keys) {
    const before = known.get(key.id);
    const after = nextRow(before, key, { ...run, id: key.id, looked_at: Date.parse(report.finished_at) });
    // Sent late, as the server was away: what a later run has seen stays.
    const isLate = before !== undefined && before.looked_at > after.looked_at;
    if (!isLate) rows.push(after);
    const isNews = !isLate && key.seen !== undefined;
    const action = ACTIONS[key.action] ?? (isNews ? changeOf(before, after) : undefined);
    if (action === undefined) continue;
    const { id, reason } = key;
    const revoked = JSON.stringify(key.revoked);
    const by = { verb, run_id, at: nowMs, reported_by: keyId };
    events.push({ stack, id, action, state: after.state, reason, revoked, ...by });
  }
  await store.putKeys(tx, rows);
  await store.insertEvents(tx, events, EVENTS_KEPT);
  return events;
}

type Run = Pick<
  KeyRow,
  'stack' | 'id' | 'run_id' | 'verb' | 'host' | 'reported_at' | 'reported_by' | 'reported_owner' | 'looked_at'
>;

function nextRow(before: KeyRow | undefined, { action, seen, reason }: ReportedKey, run: Run): KeyRow {
  if (seen !== undefined) {
    const stored = seen.stored_at === null ? null : Date.parse(seen.stored_at);
    // Of a step the reason is over with it; it stays in the event.
    const why = seen.state === 'in_step' ? null : reason;
    return { ...seen, copies: JSON.stringify(seen.copies), stored_at: stored, reason: why, ...run };
  }
  const nothing = {
    place: null,
    copies: '[]',
    source: null,
    stored_at: null,
    verdict: null,
    service_key_id: null,
    reason: null,
  };
  const kept = { ...nothing, state: 'unknown' as const, ...before, ...run };
  return action === 'destroy' ? { ...kept, ...nothing, place: kept.place, state: 'destroyed' } : kept;
}

const ACTIONS: Partial<Record<ReportAction, string>> = {
  create: 'key_created',
  update: 'key_updated',
  note: 'key_noted',
  rotate: 'key_rotated',
  revoke: 'key_revoked',
  destroy: 'key_destroyed',
};

/**
 * What is new though the run did nothing. `key_changed`: another value is stored than at the last report, as after a run
 * whose report was lost.
 */
function changeOf(before: KeyRow | undefined, after: KeyRow): string | undefined {
  const isInStep = after.state === 'in_step';
  if (before === undefined) return isInStep ? 'key_seen' : 'drift_seen';
  if (before.state !== after.state) return isInStep ? 'drift_ended' : 'drift_seen';
  const isSame = before.stored_at === after.stored_at && before.service_key_id === after.service_key_id;
  return isSame ? undefined : 'key_changed';
}

function entryOf(
  { id, action, state, reason, revoked }: NewEvent,
  { stack, run_id, verb, host }: StackReport,
): Entry {
  const ids = JSON.parse(revoked) as string[];
  const details = {
    verb,
    state,
    run: run_id,
    ...(host !== null && { host }),
    ...(reason !== null && { reason }),
    ...(ids.length > 0 && { revoked: ids }),
  };
  return { action: `bootstrap.${action}`, target: `${stack}/${id}`, details };
}

function check(report: StackReport, nowMs: number): void {
  refuseSecrets(report);
  const started = Date.parse(report.started_at);
  const finished = Date.parse(report.finished_at);
  if (finished < started) throw invalidField('finished_at', 'must not be before started_at');
  // Reports of a right clock would count as late ever after.
  if (finished > nowMs + CLOCK_AHEAD_MAX_MS)
    throw invalidField(
      'finished_at',
      'must not be in the future',
      'The clock of the reporting machine is more than 5 minutes ahead: set it.',
    );
  const ids = report.keys.map(({ id }) => id);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (twice !== -1) throw invalidField(`keys[${twice}].id`, 'must be unique in the report');
}

const runIdTaken = (): KeywardError =>
  new KeywardError('conflict', 'This run_id was used for another report of this stack.', {
    hint: 'Each run has its own. Send the same report again, or another run_id.',
  });
