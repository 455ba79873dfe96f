import { copyNeed, decide, type Decision } from './decision.ts';
import { NO_ROTATION } from './intent.ts';
import type { PlaceSpec } from './manifest/manifest.ts';
import { verdictOf } from './minting.ts';
import type { Verdict } from './minters/minter.ts';
import { hiddenReport, makerOf, reportOf, shownPlace, type KeyReport, type KeyStatus } from './report.ts';
import type { Looked, Stored } from './sinks/sink.ts';
import type { Stack } from './stack.ts';

/** What has to be done about one key as it is stored. */
interface Decided {
  decision: Decision;
  /** Of the given value, else of the stored one; undefined: no service is asked, or there is no value. */
  verdict: Verdict | undefined;
}

export async function decideOn(stack: Stack, id: string, stored: Stored): Promise<Decided> {
  const storedValue = stored.state === 'present' ? stored.value : undefined;
  const fingerprint = storedValue === undefined ? undefined : await stack.findFingerprint(storedValue);
  const given = await stack.given(id);
  const minter = stack.minter(id);
  const value = given?.value ?? storedValue;
  const verdict = minter === undefined || value === undefined ? undefined : await verdictOf(minter, value);
  const { restore = false, accept = false } = stack.options;
  const canMake = stack.canMake(id);
  const cutOff = (await stack.isCutOff(id, stored)) ? makerOf(stack.key(id)) : undefined;
  const situation = { stored, given, canMake, fingerprint, cutOff, verdict, restore, accept };
  return { verdict, decision: decide(situation) };
}

/** What `apply` would do. Writes nothing. */
export async function planKey(stack: Stack, id: string): Promise<KeyReport> {
  return (await planned(stack, id)).report;
}

/** Writes nothing. */
export async function statusOfKey(stack: Stack, id: string): Promise<KeyStatus> {
  const { report, stored, verdict } = await planned(stack, id);
  const { source, 'stored-at': storedAt, 'service-key-id': notedId } = stored.provenance;
  const rotation = stack.canMake(id) && stored.state !== 'hidden' ? await stack.rotation(id) : NO_ROTATION;
  const current = stored.state === 'hidden' ? notedId : await stack.serviceKeyId(stored, rotation);
  if (report.action === 'none' && rotation.isOpen)
    Object.assign(report, {
      state: 'rotating',
      reason: 'a rotation is not finished: the former value is still good',
      steps: `Run: keyward bootstrap rotate --only ${id}`,
    });
  return {
    ...report,
    verdict: stored.state === 'present' ? (verdict ?? null) : null,
    stored_from: source ?? null,
    stored_at: storedAt ?? null,
    service_key_id: current ?? null,
    former_key_ids: rotation.former.filter((one) => one !== current),
  };
}

interface Planned {
  report: KeyReport;
  stored: Looked;
  verdict: Verdict | undefined;
}

async function planned(stack: Stack, id: string): Promise<Planned> {
  const key = stack.key(id);
  const first = stack.firstPlace(id);
  const stored = await lookAt(stack, first);
  const { decision, verdict } =
    stored.state === 'hidden'
      ? { decision: undefined, verdict: undefined }
      : await decideOn(stack, id, stored);
  const report = decision === undefined ? hiddenReport(id, first) : reportOf(id, key, decision);
  const value = decision === undefined ? undefined : valueAfter(decision, stored);
  for (const copy of key.store.slice(1)) {
    const need = copyNeed(await lookAt(stack, copy), value, decision);
    if (need === 'write') report.copies.push(shownPlace(copy));
    if (need === 'unknown' && report.action === 'none')
      Object.assign(report, { ...hiddenReport(id, copy), place: report.place });
  }
  if (report.action === 'none' && report.copies.length > 0)
    Object.assign(report, { action: 'update', reason: 'copies differ' });
  return { report, stored, verdict };
}

function lookAt(stack: Stack, place: PlaceSpec): Promise<Looked> {
  const sink = stack.sinkAt(place);
  return sink.look?.(place) ?? sink.read(place);
}

const valueAfter = (decision: Decision, stored: Looked): string | undefined =>
  decision.act === 'store' ? decision.value : stored.state === 'present' ? stored.value : undefined;
