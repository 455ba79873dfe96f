import { decide, type Decision } from './decision.ts';
import { NO_ROTATION } from './intent.ts';
import { verdictOf } from './minting.ts';
import type { Verdict } from './minters/minter.ts';
import { reportOf, shownPlace, type KeyReport, type KeyStatus } from './report.ts';
import type { Stored } from './sinks/sink.ts';
import type { Stack } from './stack.ts';

/** One key as it is, and what has to be done about it. */
export interface Look {
  stored: Stored;
  decision: Decision;
  /** Of the given value, else of the stored one; undefined: no service is asked, or there is no value. */
  verdict: Verdict | undefined;
}

export async function look(stack: Stack, id: string): Promise<Look> {
  const place = stack.firstPlace(id);
  const stored = await stack.sinkAt(place).read(place);
  const storedValue = stored.state === 'present' ? stored.value : undefined;
  const fingerprint = storedValue === undefined ? undefined : await stack.findFingerprint(storedValue);
  const canMake = stack.canMake(id);
  const given = await stack.given(id);
  const minter = stack.minter(id);
  const value = given?.value ?? storedValue;
  const verdict = minter === undefined || value === undefined ? undefined : await verdictOf(minter, value);
  const restore = stack.options.restore ?? false;
  return { stored, verdict, decision: decide({ stored, given, canMake, fingerprint, verdict, restore }) };
}

/** What `apply` would do. Writes nothing. */
export async function planKey(stack: Stack, id: string): Promise<KeyReport> {
  return (await planned(stack, id)).report;
}

/** Writes nothing. */
export async function statusOfKey(stack: Stack, id: string): Promise<KeyStatus> {
  const {
    report,
    look: { stored, verdict },
  } = await planned(stack, id);
  const { source, 'stored-at': storedAt, 'service-key-id': serviceKeyId } = stored.provenance;
  const rotation = stack.canMake(id) ? await stack.rotation(id) : NO_ROTATION;
  const current = await stack.serviceKeyId(stored, rotation);
  const former = rotation.former.filter((one) => one !== current);
  if (report.action === 'none' && rotation.isOpen)
    Object.assign(report, {
      reason: 'a rotation is not finished: the former value is still good',
      steps: `Run: keyward bootstrap rotate --only ${id}`,
    });
  return {
    ...report,
    verdict: stored.state === 'present' ? (verdict ?? null) : null,
    stored_from: source ?? null,
    stored_at: storedAt ?? null,
    service_key_id: current ?? serviceKeyId ?? null,
    former_key_ids: former,
  };
}

async function planned(stack: Stack, id: string): Promise<{ report: KeyReport; look: Look }> {
  const key = stack.key(id);
  const seen = await look(stack, id);
  const { stored, decision } = seen;
  const report = reportOf(id, key, decision);
  const value = valueAfter(decision, stored);
  for (const copy of key.store.slice(1)) {
    const there = await stack.sinkAt(copy).read(copy);
    if (value === undefined ? decision.act === 'make' : there.state !== 'present' || there.value !== value)
      report.copies.push(shownPlace(copy));
  }
  if (report.action === 'none' && report.copies.length > 0)
    Object.assign(report, { action: 'update', reason: 'copies differ' });
  return { report, look: seen };
}

const valueAfter = (decision: Decision, stored: Stored): string | undefined =>
  decision.act === 'store' ? decision.value : stored.state === 'present' ? stored.value : undefined;
