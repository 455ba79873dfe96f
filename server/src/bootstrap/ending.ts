import { underIntent } from './intent.ts';
import { failureOf } from './failure.ts';
import { shownPlace } from './report.ts';
import type { Stack } from './stack.ts';

/** What was ended of one key, or would be. It never holds a value. */
export interface EndReport {
  id: string;
  /** Ids in the service of the keys that are revoked. */
  revoked: string[];
  /** Places from which the value is removed. */
  removed: string[];
  /** Ids of keys that could not be revoked, and places whose value is still there. */
  left: string[];
  /** Why something is left, or why nothing was done. */
  reason?: string;
  is_unavailable?: boolean;
  needs_operator?: boolean;
}

interface Ending {
  id: string;
  isDryRun: boolean;
}

/**
 * Revokes keys in the service that carry the label of this key, and are neither the stored one nor a former one of a rotation
 * that is not finished: what killed runs left. While a run mints, it waits.
 */
export async function collectOrphans(stack: Stack, { id, isDryRun }: Ending): Promise<EndReport> {
  const report: EndReport = { id, revoked: [], removed: [], left: [] };
  const minter = stack.minter(id);
  if (minter === undefined) return report;
  await minter.probe();
  const place = stack.firstPlace(id);
  const collect = async (): Promise<EndReport> => {
    const stored = await stack.sinkAt(place).read(place);
    const found = await minter.find(stack.labelPrefix(id));
    const rotation = await stack.rotation(id);
    const current = await stack.serviceKeyId(stored, rotation, found);
    // Without its id the stored key could be any of them.
    if (stored.state === 'present' && current === undefined && found.length > 0)
      return {
        ...report,
        left: found.map((one) => one.id),
        reason: `the id of the stored key is not known, and it may be one of these. Run keyward bootstrap apply; if it was given by hand, revoke the others in ${stack.key(id).service ?? ''}`,
      };
    const kept = new Set([...rotation.former, ...(current === undefined ? [] : [current])]);
    const orphans = found.map((one) => one.id).filter((one) => !kept.has(one));
    try {
      for (const orphan of orphans) {
        if (!isDryRun) await minter.revoke(orphan);
        report.revoked.push(orphan);
      }
      return report;
    } catch (error) {
      const left = orphans.filter((one) => !report.revoked.includes(one));
      return { ...report, ...failureOf(error), left };
    }
  };
  return isDryRun ? collect() : underIntent(stack.intentAt(id), collect);
}

/**
 * Revokes all keys with the label, then removes the value from every place, the copies first. Where the service does not
 * revoke, the value stays, and the report says what is left. May be repeated. While a run mints, it waits.
 */
export async function destroyKey(stack: Stack, ending: Ending): Promise<EndReport> {
  const { sink, place } = stack.intentAt(ending.id);
  const isBegun = stack.canMake(ending.id) && (await sink.read(place)).state === 'present';
  const isAlone = ending.isDryRun || !isBegun;
  return isAlone
    ? destroyNow(stack, ending)
    : underIntent(stack.intentAt(ending.id), () => destroyNow(stack, ending));
}

async function destroyNow(stack: Stack, { id, isDryRun }: Ending): Promise<EndReport> {
  const report: EndReport = { id, revoked: [], removed: [], left: await idsInService(stack, id) };
  const places = stack.key(id).store.toReversed();
  try {
    await revokeAll(stack, report, isDryRun);
    for (const place of places) {
      const sink = stack.sinkAt(place);
      if ((await sink.read(place)).state === 'absent') continue;
      if (!isDryRun) await sink.remove(place);
      report.removed.push(shownPlace(place));
    }
    if (stack.canMake(id) && !isDryRun) {
      const { sink, place } = stack.intentAt(id);
      if ((await sink.read(place)).state !== 'absent') await sink.remove(place);
    }
    return report;
  } catch (error) {
    const left = places.map(shownPlace).filter((place) => !report.removed.includes(place));
    return { ...report, ...failureOf(error), left: [...report.left, ...left] };
  }
}

/** Moves ids from `left` to `revoked`. */
async function revokeAll(stack: Stack, report: EndReport, isDryRun: boolean): Promise<void> {
  const minter = stack.minter(report.id);
  if (minter === undefined) return;
  await minter.probe();
  const found = await minter.find(stack.labelPrefix(report.id));
  report.left = found.map(({ id }) => id);
  for (const { id } of found) {
    if (!isDryRun) await minter.revoke(id);
    report.left = report.left.filter((one) => one !== id);
    report.revoked.push(id);
  }
}

/** As Keyward noted them: the service may not say it any more. */
async function idsInService(stack: Stack, id: string): Promise<string[]> {
  if (stack.minter(id) === undefined) return [];
  const place = stack.firstPlace(id);
  const rotation = await stack.rotation(id);
  const current = await stack.serviceKeyId(await stack.sinkAt(place).read(place), rotation);
  return [...new Set([...rotation.former, ...(current === undefined ? [] : [current])])];
}
