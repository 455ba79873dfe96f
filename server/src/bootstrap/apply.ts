import type { Decision } from './decision.ts';
import { informConsumers } from './consumers/inform.ts';
import { decideOn } from './look.ts';
import type { KeySpec, PlaceSpec } from './manifest/manifest.ts';
import { mintInto, verdictOf, type MintedKey, type Need } from './minting.ts';
import { NO_ROTATION } from './intent.ts';
import type { Minter } from './minters/minter.ts';
import { makerOf, reportOf, shownPlace, type KeyReport } from './report.ts';
import { randomValue } from './secrets.ts';
import { SinkError, untilUnchanged, type Stored } from './sinks/sink.ts';
import type { Stack } from './stack.ts';

/** Brings one key in step with the manifest. Nothing is written that is right already. */
export function applyKey(stack: Stack, id: string): Promise<KeyReport> {
  return untilUnchanged(async () => {
    const place = stack.firstPlace(id);
    const stored = await stack.sinkAt(place).read(place);
    const { decision } = await decideOn(stack, id, stored);
    const report = reportOf(id, stack.key(id), decision);
    const value = await carryOut(stack, id, { decision, stored });
    if (value === undefined) return report;
    report.copies = await copyToOthers(stack, id, value);
    if (report.action === 'none' && report.copies.length > 0)
      Object.assign(report, { action: 'update', reason: 'copies differ' });
    const consumers = await informConsumers(stack, id, value);
    return consumers.length === 0 ? report : { ...report, consumers };
  });
}

/** @returns the stored value, or undefined. */
async function carryOut(
  stack: Stack,
  id: string,
  { decision, stored }: { decision: Decision; stored: Stored },
): Promise<string | undefined> {
  const place = stack.firstPlace(id);
  switch (decision.act) {
    case 'keep':
    case 'blocked':
      return stored.state === 'present' ? stored.value : undefined;
    case 'note': {
      if (stored.state !== 'present') return undefined;
      await noteValue(stack, id, { value: stored.value, source: decision.source, stored });
      return stored.value;
    }
    case 'store':
      return storeValue(stack, place, { value: decision.value, source: decision.source, stored });
    case 'make': {
      const minter = stack.minter(id);
      return minter === undefined
        ? storeValue(stack, place, { ...drawn(stack.key(id)), stored })
        : mint(stack, id, minter);
    }
    default:
      throw new Error('There is no such decision.');
  }
}

async function mint(stack: Stack, id: string, minter: Minter): Promise<string | undefined> {
  const minted = await mintKey(stack, id, async (stored, rotation) => {
    if (stored.state === 'deleted' && stack.options.restore !== true)
      throw new SinkError('changed', 'The value was deleted meanwhile. Run this again.');
    const isNeeded = stored.state !== 'present' || (await verdictOf(minter, stored.value)) === 'invalid';
    return isNeeded ? rotation : undefined;
  });
  if (minted !== undefined) return minted.key;
  const place = stack.firstPlace(id);
  const stored = await stack.sinkAt(place).read(place);
  return stored.state === 'present' ? stored.value : undefined;
}

/** Writes the provenance of a value that is stored already. */
export async function noteValue(
  stack: Stack,
  id: string,
  { value, source, stored }: { value: string; source: string; stored: Stored },
): Promise<void> {
  const minter = stack.minter(id);
  const place = stack.firstPlace(id);
  const rotation = minter === undefined ? NO_ROTATION : await stack.rotation(id);
  // The answer to its registration was lost, if it has no id.
  const found = rotation.next?.label === undefined ? [] : await minter?.find(stack.labelPrefix(id));
  const serviceKeyId = minter && (await stack.serviceKeyId(stored, rotation, found));
  await stack.sinkAt(place).annotate(place, {
    ...(await stack.provenance(value, source, stored)),
    ...(serviceKeyId === undefined ? {} : { 'service-key-id': serviceKeyId }),
  });
}

/** Mints and stores with its provenance. @returns undefined: no key was needed */
export async function mintKey(stack: Stack, id: string, need: Need): Promise<MintedKey | undefined> {
  const minter = stack.minter(id);
  if (minter === undefined) throw new Error(`No service mints ${id}.`);
  const place = stack.firstPlace(id);
  const sink = stack.sinkAt(place);
  const fingerprint = (key: string) => stack.fingerprint(key);
  const names = { prefix: stack.labelPrefix(id), intent: stack.intentAt(id) };
  const minted = await mintInto({ ...names, minter, sink, place, fingerprint }, need);
  if (minted === undefined) return undefined;
  const { key, serviceKeyId, attempt, former } = minted;
  const provenance = await stack.provenance(key, makerOf(stack.key(id)), former);
  const origin = minter.origin?.() ?? {};
  await sink.annotate(place, { ...provenance, ...origin, 'service-key-id': serviceKeyId, attempt });
  return minted;
}

export async function storeValue(
  stack: Stack,
  place: PlaceSpec,
  { value, source, stored }: { value: string; source: string; stored: Stored },
): Promise<string> {
  const sink = stack.sinkAt(place);
  const { fingerprint, ...others } = stored.provenance;
  // A run that is killed after the write would leave a value that seems to be edited.
  if (stored.state !== 'present' && fingerprint !== undefined) await sink.annotate(place, others);
  await sink.write(place, value, stored);
  await sink.annotate(place, await stack.provenance(value, source, stored));
  return value;
}

/** @returns the places that did not have the value. */
export async function copyToOthers(stack: Stack, id: string, value: string): Promise<string[]> {
  const written: string[] = [];
  for (const place of stack.key(id).store.slice(1)) {
    const stored = await stack.sinkAt(place).read(place);
    if (stored.state === 'present' && stored.value === value) continue;
    await storeValue(stack, place, { value, source: 'copy', stored });
    written.push(shownPlace(place));
  }
  return written;
}

export function drawn({ sources }: KeySpec): { value: string; source: string } {
  for (const source of sources)
    if ('random' in source) return { value: randomValue(source.random), source: 'random' };
  throw new Error('No source makes a value.');
}
