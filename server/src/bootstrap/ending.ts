import type { BootstrapOptions } from './bootstrap.ts';
import type { PlaceSpec } from './manifest/manifest.ts';
import { labelPrefix, underIntent } from './minting.ts';
import type { Minter } from './minters/minter.ts';
import { intentPlace, NO_PLACE, shownPlace } from './report.ts';
import type { Sink } from './sinks/sink.ts';

/** What was ended of one key, or would be. It never holds a value. */
export interface EndReport {
  id: string;
  /** Ids in the service of the keys that are revoked. */
  revoked: string[];
  /** Places from which the value is removed. */
  removed: string[];
  /** Why nothing was done. */
  reason?: string;
}

interface Ending {
  id: string;
  isDryRun: boolean;
}

/**
 * Revokes keys in the service that carry the label of this key and are not the stored one: what killed runs left. While
 * a run mints, it waits.
 */
export async function collectOrphans(
  options: BootstrapOptions,
  { id, isDryRun }: Ending,
): Promise<EndReport> {
  const report: EndReport = { id, revoked: [], removed: [] };
  const minter = options.minters.get(id);
  const [place = NO_PLACE] = options.manifest.keys[id]?.store ?? [];
  if (minter === undefined) return report;
  await minter.probe();
  const sink = sinkOf(options, place);
  const minting = {
    id,
    minter,
    sink,
    place,
    intentPlace: intentPlace(id, place, options.manifest),
    nowMs: options.nowMs,
  };
  const collect = async (): Promise<EndReport> => {
    const stored = await sink.read(place);
    const found = await minter.find(labelPrefix(id));
    const current = stored.provenance['service-key-id'];
    // Without its id the stored key could be any of them.
    if (stored.state === 'present' && current === undefined && found.length > 0)
      return {
        ...report,
        reason: 'the id of the stored key is not known: run keyward bootstrap apply first',
      };
    for (const orphan of found) {
      if (stored.state === 'present' && orphan.id === current) continue;
      if (!isDryRun) await minter.revoke(orphan.id);
      report.revoked.push(orphan.id);
    }
    return report;
  };
  return isDryRun ? collect() : underIntent(minting, collect);
}

/** Revokes all keys with the label, then removes the value from every place, the copies first. May be repeated. */
export async function destroyKey(options: BootstrapOptions, { id, isDryRun }: Ending): Promise<EndReport> {
  const { store = [] } = options.manifest.keys[id] ?? {};
  const report: EndReport = { id, revoked: [], removed: [] };
  const minter = options.minters.get(id);
  if (minter !== undefined) report.revoked = await revokeAll(minter, id, isDryRun);
  for (const place of store.toReversed()) {
    const sink = sinkOf(options, place);
    if ((await sink.read(place)).state === 'absent') continue;
    if (!isDryRun) await sink.remove(place);
    report.removed.push(shownPlace(place));
  }
  const [first = NO_PLACE] = store;
  if (minter !== undefined && !isDryRun)
    await sinkOf(options, first).remove(intentPlace(id, first, options.manifest));
  return report;
}

async function revokeAll(minter: Minter, id: string, isDryRun: boolean): Promise<string[]> {
  await minter.probe();
  const found = await minter.find(labelPrefix(id));
  if (!isDryRun) for (const key of found) await minter.revoke(key.id);
  return found.map((key) => key.id);
}

function sinkOf({ sinks }: BootstrapOptions, { sink: name }: PlaceSpec): Sink {
  const sink = sinks.get(name);
  if (sink === undefined) throw new Error(`There is no sink ${name}.`);
  return sink;
}
