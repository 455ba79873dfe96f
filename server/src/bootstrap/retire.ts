import { setTimeout as sleep } from 'node:timers/promises';
import { proveConsumers } from './consumers/prove.ts';
import { failureOf } from './failure.ts';
import { underIntent, type Rotation } from './intent.ts';
import type { RotationReport } from './report.ts';
import type { RotateOptions } from './rotate.ts';
import type { Stored } from './sinks/sink.ts';
import type { Stack } from './stack.ts';

const QUIET_POLL_MS = 500;
/** A last use may be reported late. */
const QUIET_MORE_SECONDS = 5;

/** Ends the former value of a rotation, if nobody needs it any more. What cannot be ended stays in the report as `left`. */
export async function retire(
  stack: Stack,
  report: RotationReport,
  { id, isUnproved, onWait }: RotateOptions,
): Promise<RotationReport> {
  const place = stack.firstPlace(id);
  const stored = await stack.sinkAt(place).read(place);
  const rotation = await stack.rotation(id);
  const current = await stack.serviceKeyId(stored, rotation);
  const former = rotation.former.filter((one) => one !== current);
  const next = { ...report, service_key_id: current ?? null, left: former };
  if (!rotation.isOpen) return { ...next, reason: 'another run has just stored a new value' };
  const problem = await whyNotYet(stack, { report: next, stored, former, onWait });
  if (problem !== undefined && !isUnproved)
    return {
      ...next,
      action: 'open',
      reason: problem,
      steps: `The former value is still good. Run this again, or end it without a proof: keyward bootstrap rotate --only ${id} --unproved`,
    };
  try {
    await endFormer(stack, next, former);
    return { ...next, action: 'rotated' };
  } catch (error) {
    return { ...next, action: 'failed', ...failureOf(error) };
  }
}

/** Why the former value may still be in use. Puts what the consumers prove into the report. */
async function whyNotYet(
  stack: Stack,
  {
    report,
    stored,
    former,
    onWait,
  }: { report: RotationReport; stored: Stored; former: readonly string[]; onWait: RotateOptions['onWait'] },
): Promise<string | undefined> {
  const { id } = report;
  if (report.consumers.some(({ problem }) => problem !== undefined)) return 'not all consumers were informed';
  const { consumers = [], quiet_seconds: quietSeconds } = stack.key(id);
  if (quietSeconds !== undefined && (await fallsQuiet(stack, { id, former, quietSeconds, onWait })))
    return undefined;
  const values = { version: stored.version, id: report.service_key_id ?? '' };
  report.consumers = await proveConsumers(stack, { id, values }, onWait);
  if (consumers.length === 0)
    return quietSeconds === undefined
      ? 'no consumer of the manifest can prove that it uses the new value'
      : `the former value was used within ${quietSeconds} s`;
  return report.consumers.some(({ problem }) => problem !== undefined)
    ? 'not all consumers prove that they use the new value'
    : undefined;
}

/** Waits until no former key has had a use for a while. Keyward itself asks with the stored key only. */
async function fallsQuiet(
  stack: Stack,
  {
    id,
    former,
    quietSeconds,
    onWait,
  }: { id: string; former: readonly string[]; quietSeconds: number; onWait: RotateOptions['onWait'] },
): Promise<boolean> {
  const minter = stack.minter(id);
  if (minter?.lastUsed === undefined || former.length === 0) return false;
  const lastUsed = minter.lastUsed.bind(minter);
  const startMs = performance.now();
  for (;;) {
    const uses = await Promise.all(former.map((one) => lastUsed(one)));
    if (uses.includes(undefined)) return false;
    if (uses.every((lastMs) => (lastMs ?? 0) < stack.nowMs - quietSeconds * 1000)) return true;
    const seconds = (performance.now() - startMs) / 1000;
    if (seconds > quietSeconds + QUIET_MORE_SECONDS) return false;
    onWait(`the former key of ${id} to be unused`, Math.floor(seconds));
    await sleep(QUIET_POLL_MS);
  }
}

/** Revokes the former keys, then destroys the versions that hold them. May be repeated. */
async function endFormer(stack: Stack, report: RotationReport, former: readonly string[]): Promise<void> {
  const { id } = report;
  const minter = stack.minter(id);
  for (const keyId of former) {
    await minter?.revoke(keyId);
    report.revoked.push(keyId);
    report.left = report.left.filter((one) => one !== keyId);
  }
  for (const place of stack.key(id).store)
    report.versions_destroyed += await stack.sinkAt(place).destroyFormer(place);
  await underIntent(stack.intentAt(id), (intent) => intent.update(closed(intent.rotation, former)));
}

/** Another rotation may have begun meanwhile: its former keys stay. */
const closed = (rotation: Rotation, ended: readonly string[]): Rotation => {
  const former = rotation.former.filter((id) => !ended.includes(id));
  return { ...rotation, former, isOpen: former.length > 0 };
};
