import { setTimeout as sleep } from 'node:timers/promises';
import { proveConsumers } from './consumers/prove.ts';
import { failureOf } from './failure.ts';
import { underIntent, type Rotation } from './intent.ts';
import { shownPlace, type RotationReport } from './report.ts';
import type { RotateOptions } from './rotate.ts';
import { SinkError, type Stored } from './sinks/sink.ts';
import type { Stack } from './stack.ts';

const QUIET_POLL_MS = 500;
/** A service may note a use late: Keyward does after a second. */
const NOTED_LATE_SECONDS = 2;
/** For uses that were noted after the rotation began. */
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
  if (!(await isNext(stack, stored, rotation)))
    return { ...next, action: 'failed', reason: changed(report).message };
  const problem = await whyNotYet(stack, { report: next, stored, rotation: { ...rotation, former }, onWait });
  if (problem !== undefined && !isUnproved)
    return {
      ...next,
      action: 'open',
      reason: problem,
      steps: `The former value is still good. Run this again, or end it without a proof: keyward bootstrap rotate --only ${id} --unproved`,
    };
  try {
    await endFormer(stack, next, former);
    return { ...next, action: 'rotated', ...notEnded(stack, next, rotation) };
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
    rotation,
    onWait,
  }: { report: RotationReport; stored: Stored; rotation: Rotation; onWait: RotateOptions['onWait'] },
): Promise<string | undefined> {
  const { id } = report;
  if (report.consumers.some(({ problem }) => problem !== undefined)) return 'not all consumers were informed';
  const { consumers = [], quiet_seconds: quietSeconds } = stack.key(id);
  if (quietSeconds !== undefined && (await fallsQuiet(stack, { id, rotation, quietSeconds, onWait })))
    return undefined;
  const { service_key_id: keyId } = report;
  const isInVault = stack.firstPlace(id).mount !== undefined;
  const values = { ...(isInVault && { version: stored.version }), ...(keyId !== null && { id: keyId }) };
  report.consumers = await proveConsumers(stack, { id, values }, onWait);
  if (consumers.length === 0)
    return quietSeconds === undefined
      ? 'no consumer of the manifest can prove that it uses the new value'
      : `the former value was used within ${quietSeconds} s`;
  return report.consumers.some(({ problem }) => problem !== undefined)
    ? 'not all consumers prove that they use the new value'
    : undefined;
}

/**
 * Waits until no former key has had a use for a while: the times of the service are only compared with each other, since its
 * clock may differ. Keyward itself asks with the stored key only.
 */
async function fallsQuiet(
  stack: Stack,
  {
    id,
    rotation: { former, hasUnknown },
    quietSeconds,
    onWait,
  }: { id: string; rotation: Rotation; quietSeconds: number; onWait: RotateOptions['onWait'] },
): Promise<boolean> {
  const minter = stack.minter(id);
  if (minter?.lastUsed === undefined || former.length === 0 || hasUnknown === true) return false;
  const lastUsed = minter.lastUsed.bind(minter);
  const startMs = performance.now();
  const neededSeconds = quietSeconds + NOTED_LATE_SECONDS;
  let seen = { uses: '', sinceMs: startMs };
  for (;;) {
    const uses = await Promise.all(former.map((one) => lastUsed(one)));
    if (uses.includes(undefined)) return false;
    const now = performance.now();
    if (uses.join() !== seen.uses) seen = { uses: uses.join(), sinceMs: now };
    if (now - seen.sinceMs >= neededSeconds * 1000) return true;
    const seconds = (now - startMs) / 1000;
    if (seconds > neededSeconds + QUIET_MORE_SECONDS) return false;
    onWait(`the former key of ${id} to be unused`, Math.floor(seconds));
    await sleep(QUIET_POLL_MS);
  }
}

/**
 * Revokes the former keys, then destroys the versions that hold them. May be repeated.
 * @throws SinkError `changed` where the new value is not the stored one any more: a former one may be in use again
 */
async function endFormer(stack: Stack, report: RotationReport, former: readonly string[]): Promise<void> {
  const { id } = report;
  const minter = stack.minter(id);
  const place = stack.firstPlace(id);
  await underIntent(stack.intentAt(id), async (intent) => {
    const stored = await stack.sinkAt(place).read(place);
    if (!(await isNext(stack, stored, intent.rotation))) throw changed(report);
    for (const keyId of former) {
      await minter?.revoke(keyId);
      report.revoked.push(keyId);
      report.left = report.left.filter((one) => one !== keyId);
    }
    for (const one of stack.key(id).store) {
      const count = await stack.sinkAt(one).destroyFormer(one);
      if (count === undefined) report.may_keep_former.push(shownPlace(one));
      else report.versions_destroyed += count;
    }
    await intent.update(closed(intent.rotation, former));
  });
}

/** Whether the stored value is the one that the rotation has made. */
async function isNext(stack: Stack, stored: Stored, { next }: Rotation): Promise<boolean> {
  const mark = stored.state === 'present' ? await stack.findFingerprint(stored.value) : undefined;
  return mark !== undefined && next?.fingerprint === mark;
}

const changed = ({ place }: RotationReport): SinkError =>
  new SinkError(
    'changed',
    `The value in ${place} was changed meanwhile, so that no former one was ended. Run: keyward bootstrap apply`,
  );

/** What of the former value may be left, and who has to end it. */
function notEnded(
  stack: Stack,
  { id, may_keep_former: places }: RotationReport,
  { hasUnknown }: Rotation,
): { reason?: string; steps?: string } {
  const { service = '' } = stack.key(id);
  if (hasUnknown === true)
    return {
      reason: `Keyward does not know the id of the former key in ${service}, which may still be good`,
      steps: `Revoke it in ${service} if it was given by hand.`,
    };
  // A minted key was revoked: what a store keeps of it opens nothing.
  if (places.length === 0 || stack.minter(id) !== undefined) return {};
  const names = places.join(', ');
  return {
    reason: `a store may keep the former value: ${names}`,
    steps: `Remove the former versions there.`,
  };
}

/** Another rotation may have begun meanwhile: its former keys stay. */
const closed = (rotation: Rotation, ended: readonly string[]): Rotation => {
  const former = rotation.former.filter((id) => !ended.includes(id));
  return {
    ...rotation,
    former,
    isOpen: former.length > 0,
    hasUnknown: former.length > 0 && rotation.hasUnknown === true,
  };
};
