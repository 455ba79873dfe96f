import { copyNeed, decide, type Decision } from './decision.ts';
import { collectOrphans, destroyKey, type EndReport } from './ending.ts';
import { fingerprintPlace, Fingerprints } from './fingerprints.ts';
import type { KeySpec, Manifest, PlaceSpec } from './manifest/manifest.ts';
import {
  hiddenReport,
  intentPlace,
  makerOf,
  NO_PLACE,
  reportOf,
  shownPlace,
  type KeyReport,
  type KeyStatus,
} from './report.ts';
import { labelPrefix, mintInto, verdictOf } from './minting.ts';
import type { Minter } from './minters/minter.ts';
import { randomValue, variableValue, type Surroundings } from './secrets.ts';
import {
  untilUnchanged,
  type Looked,
  type Provenance,
  type Purpose,
  type Sink,
  type Stored,
} from './sinks/sink.ts';

export interface BootstrapOptions {
  manifest: Manifest;
  surroundings: Surroundings;
  /** By the name in the manifest. */
  sinks: ReadonlyMap<string, Sink>;
  /** By the id of the key. */
  minters: ReadonlyMap<string, Minter>;
  nowMs: () => number;
  /** Brings back values that somebody deleted. @default false */
  restore?: boolean;
}

const AT_ONCE = 8;

/** Brings what is stored in step with the manifest. Nothing is written that is right already. */
export class Bootstrap {
  readonly #options: BootstrapOptions;
  readonly #fingerprints: Fingerprints;

  constructor(options: BootstrapOptions) {
    this.#options = options;
    const place = fingerprintPlace(options.manifest);
    this.#fingerprints = new Fingerprints(this.#sink(place.sink), place);
  }

  /** Asks every sink whether it can do all that the manifest needs. @throws SinkError */
  async preflight(purpose: Purpose = 'apply'): Promise<void> {
    const places = Map.groupBy(this.#places(), ({ sink }) => sink);
    for (const [name, own] of places) await this.#sink(name).preflight(own, purpose);
  }

  /** What `apply` would do. Writes nothing. */
  plan(ids?: readonly string[]): Promise<KeyReport[]> {
    return this.#each(ids, async (id, key) => (await this.#look(id, key)).report);
  }

  /** How each key is: what is stored, from where, and what its service says of it. Writes nothing. */
  status(ids?: readonly string[]): Promise<KeyStatus[]> {
    return this.#each(ids, async (id, key) => {
      const { report, stored } = await this.#look(id, key);
      const minter = this.#options.minters.get(id);
      const value = stored.state === 'present' ? stored.value : undefined;
      const { source, 'stored-at': storedAt, 'service-key-id': serviceKeyId } = stored.provenance;
      return {
        ...report,
        verdict: minter === undefined || value === undefined ? null : await minter.verify(value),
        stored_from: source ?? null,
        stored_at: storedAt ?? null,
        service_key_id: serviceKeyId ?? null,
      };
    });
  }

  /** @returns what was done. A key that is blocked does not keep the others from being stored. */
  async apply(ids?: readonly string[]): Promise<KeyReport[]> {
    await this.preflight();
    return this.#each(ids, (id, key) => this.#applyTo(id, key));
  }

  /** Revokes what killed runs left in the services. @param isDryRun only says what */
  gc(ids: readonly string[] | undefined, isDryRun: boolean): Promise<EndReport[]> {
    return this.#each(ids, (id) => collectOrphans(this.#options, { id, isDryRun }));
  }

  /** Revokes and removes keys, and what the bootstrap keeps beside them. @param isDryRun only says what */
  async destroy(ids: readonly string[] | undefined, isDryRun: boolean): Promise<EndReport[]> {
    if (!isDryRun) await this.preflight('destroy');
    return this.#each(ids, (id) => destroyKey(this.#options, { id, isDryRun }));
  }

  async #each<Report>(
    ids: readonly string[] | undefined,
    work: (id: string, key: KeySpec) => Promise<Report>,
  ): Promise<Report[]> {
    const keys = Object.entries(this.#options.manifest.keys).filter(
      ([id]) => ids === undefined || ids.includes(id),
    );
    const reports: Report[] = [];
    // Keys of one secret one after the other: each write there makes a version.
    const groups = Map.groupBy(keys.entries(), ([, [, { store }]]) =>
      secretOf(store[0] ?? NO_PLACE),
    ).values();
    const worker = async (): Promise<void> => {
      for (const group of groups)
        for (const [index, [id, key]] of group) reports[index] = await work(id, key);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return reports;
  }

  async #look(id: string, key: KeySpec): Promise<{ report: KeyReport; stored: Looked }> {
    const [first = NO_PLACE, ...others] = key.store;
    const stored = await this.#lookAt(first);
    const decision = stored.state === 'hidden' ? undefined : await this.#decide(id, key, stored);
    const report = decision === undefined ? hiddenReport(id, first) : reportOf(id, key, decision);
    const value = decision === undefined ? undefined : valueAfter(decision, stored);
    for (const copy of others) {
      const there = await this.#lookAt(copy);
      const need = copyNeed(there, value, decision);
      if (need === 'write') report.copies.push(shownPlace(copy));
      if (need === 'unknown' && report.action === 'none')
        Object.assign(report, { ...hiddenReport(id, copy), place: report.place });
    }
    if (report.action === 'none' && report.copies.length > 0) report.action = 'update';
    return { report, stored };
  }

  #lookAt(place: PlaceSpec): Promise<Looked> {
    const sink = this.#sink(place.sink);
    return sink.look?.(place) ?? sink.read(place);
  }

  #applyTo(id: string, key: KeySpec): Promise<KeyReport> {
    const [first = NO_PLACE, ...others] = key.store;
    return untilUnchanged(async () => {
      const stored = await this.#sink(first.sink).read(first);
      const decision = await this.#decide(id, key, stored);
      const report = reportOf(id, key, decision);
      const value = await this.#carryOut(decision, first, { id, key, stored });
      if (value === undefined) return report;
      for (const copy of others) if (await this.#copy(value, copy)) report.copies.push(shownPlace(copy));
      if (report.action === 'none' && report.copies.length > 0) report.action = 'update';
      return report;
    });
  }

  /** @returns the stored value, or undefined. */
  async #carryOut(
    decision: Decision,
    place: PlaceSpec,
    { id, key, stored }: { id: string; key: KeySpec; stored: Stored },
  ): Promise<string | undefined> {
    const sink = this.#sink(place.sink);
    switch (decision.act) {
      case 'keep':
      case 'blocked':
        return stored.state === 'present' ? stored.value : undefined;
      case 'note': {
        if (stored.state !== 'present') return undefined;
        const provenance = await this.#provenance(stored.value, decision.source);
        await sink.annotate(place, { ...provenance, ...(await this.#serviceKeyId(id)) });
        return stored.value;
      }
      case 'store':
        return this.#store(place, { value: decision.value, source: decision.source, stored });
      case 'make': {
        const minter = this.#options.minters.get(id);
        return minter === undefined
          ? this.#store(place, { ...drawn(key), stored })
          : this.#mint(id, minter, { place, source: makerOf(key) });
      }
      default:
        throw new Error('There is no such decision.');
    }
  }

  /** Of a run that was killed before it wrote the provenance: the one key with the label. */
  async #serviceKeyId(id: string): Promise<Provenance> {
    const found = await this.#options.minters.get(id)?.find(labelPrefix(id));
    const [only, ...others] = found ?? [];
    return only === undefined || others.length > 0 ? {} : { 'service-key-id': only.id };
  }

  async #store(
    place: PlaceSpec,
    { value, source, stored }: { value: string; source: string; stored: Stored },
  ): Promise<string> {
    const sink = this.#sink(place.sink);
    await sink.write(place, value, stored);
    await sink.annotate(place, await this.#provenance(value, source));
    return value;
  }

  async #mint(
    id: string,
    minter: Minter,
    { place, source }: { place: PlaceSpec; source: string },
  ): Promise<string | undefined> {
    const sink = this.#sink(place.sink);
    const { nowMs, manifest } = this.#options;
    const minting = { id, minter, sink, place, intentPlace: intentPlace(id, place, manifest), nowMs };
    const minted = await mintInto(minting, async (stored) => {
      if (stored.state !== 'present') return true;
      return (await verdictOf(minter, stored.value)) === 'invalid';
    });
    if (minted === undefined) {
      const stored = await sink.read(place);
      return stored.state === 'present' ? stored.value : undefined;
    }
    const { key, serviceKeyId, attempt } = minted;
    const provenance = await this.#provenance(key, source);
    await sink.annotate(place, { ...provenance, 'service-key-id': serviceKeyId, attempt });
    return key;
  }

  async #copy(value: string, place: PlaceSpec): Promise<boolean> {
    const sink = this.#sink(place.sink);
    const there = await sink.read(place);
    if (there.state === 'present' && there.value === value) return false;
    await sink.write(place, value, there);
    await sink.annotate(place, await this.#provenance(value, 'copy'));
    return true;
  }

  async #decide(id: string, key: KeySpec, stored: Stored): Promise<Decision> {
    const storedValue = stored.state === 'present' ? stored.value : undefined;
    const fingerprint = storedValue === undefined ? undefined : await this.#fingerprints.find(storedValue);
    const canMake = key.sources.some((source) => 'random' in source || 'mint' in source);
    const given = await this.#given(key);
    const minter = this.#options.minters.get(id);
    const value = given?.value ?? storedValue;
    const verdict = minter === undefined || value === undefined ? undefined : await verdictOf(minter, value);
    return decide({ stored, given, canMake, fingerprint, verdict, restore: this.#options.restore ?? false });
  }

  /** Of the variables that are set now, the first in the order of the sources. */
  async #given({ sources }: KeySpec): Promise<{ value: string; source: string } | undefined> {
    for (const source of sources) {
      if (!('env' in source)) continue;
      const value = await variableValue(source.env, this.#options.surroundings);
      if (value !== undefined) return { value, source: `env:${source.env}` };
    }
    return undefined;
  }

  async #provenance(value: string, source: string): Promise<Provenance> {
    return {
      'managed-by': 'keyward',
      source,
      'stored-at': new Date(this.#options.nowMs()).toISOString(),
      fingerprint: await this.#fingerprints.make(value),
    };
  }

  #places(): PlaceSpec[] {
    return [
      ...Object.values(this.#options.manifest.keys).flatMap(({ store }) => store),
      ...[...this.#options.minters.keys()].map((id) =>
        intentPlace(id, this.#options.manifest.keys[id]?.store[0] ?? NO_PLACE, this.#options.manifest),
      ),
      fingerprintPlace(this.#options.manifest),
    ];
  }

  #sink(name: string): Sink {
    const sink = this.#options.sinks.get(name);
    if (sink === undefined) throw new Error(`There is no sink ${name}.`);
    return sink;
  }
}

function drawn({ sources }: KeySpec): { value: string; source: string } {
  for (const source of sources)
    if ('random' in source) return { value: randomValue(source.random), source: 'random' };
  throw new Error('No source makes a value.');
}

const valueAfter = (decision: Decision, stored: Looked): string | undefined =>
  decision.act === 'store' ? decision.value : stored.state === 'present' ? stored.value : undefined;

/** What is written as a whole. */
const secretOf = ({ sink, mount = '', path = '' }: PlaceSpec): string => JSON.stringify([sink, mount, path]);
