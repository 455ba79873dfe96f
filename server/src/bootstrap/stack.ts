import { fingerprintPlace, Fingerprints } from './fingerprints.ts';
import { rotationAt, type IntentPlace, type Rotation } from './intent.ts';
import type { KeySpec, Manifest, PlaceSpec } from './manifest/manifest.ts';
import type { FoundKey, Minter } from './minters/minter.ts';
import { intentPlace, NO_PLACE } from './report.ts';
import { variableValue, type Surroundings } from './secrets.ts';
import type { Provenance, Purpose, Sink, Stored } from './sinks/sink.ts';

export interface StackOptions {
  manifest: Manifest;
  surroundings: Surroundings;
  /** By the name in the manifest. */
  sinks: ReadonlyMap<string, Sink>;
  /** By the id of the key. */
  minters: ReadonlyMap<string, Minter>;
  nowMs: () => number;
  /** Brings back values that somebody deleted. @default false */
  restore?: boolean;
  /** Keeps values that somebody else changed. @default false */
  accept?: boolean;
}

const NOT_INFORMED = '-';

/** A manifest with its sinks and minters: what every verb asks. */
export class Stack {
  readonly options: StackOptions;
  readonly #fingerprints: Fingerprints;

  constructor(options: StackOptions) {
    this.options = options;
    const place = fingerprintPlace(options.manifest);
    this.#fingerprints = new Fingerprints(this.sinkAt(place), place);
  }

  get nowMs(): number {
    return this.options.nowMs();
  }

  key(id: string): KeySpec {
    const key = this.options.manifest.keys[id];
    if (key === undefined) throw new Error(`There is no key ${id}.`);
    return key;
  }

  /** The place that decides. */
  firstPlace(id: string): PlaceSpec {
    return this.key(id).store[0] ?? NO_PLACE;
  }

  minter(id: string): Minter | undefined {
    return this.options.minters.get(id);
  }

  sinkAt({ sink: name }: PlaceSpec): Sink {
    const sink = this.options.sinks.get(name);
    if (sink === undefined) throw new Error(`There is no sink ${name}.`);
    return sink;
  }

  /** Labels of all keys that were minted for it begin so. */
  labelPrefix(id: string): string {
    const { stack } = this.options.manifest;
    return stack === undefined ? `keyward:${id}:` : `keyward:${id}@${stack}:`;
  }

  intentAt(id: string): IntentPlace {
    const place = intentPlace(id, this.firstPlace(id), this.options.manifest);
    return { sink: this.sinkAt(place), place, nowMs: this.options.nowMs };
  }

  /** Whether Keyward draws its value, or has it minted. */
  canMake(id: string): boolean {
    return this.key(id).sources.some((source) => 'random' in source || 'mint' in source);
  }

  /** The places of these keys, and of what Keyward keeps beside them. */
  places(ids: readonly string[], purpose: Purpose): Record<'keys' | 'own', PlaceSpec[]> {
    const withIntent = ids.filter((id) =>
      purpose === 'apply' ? this.minter(id) !== undefined : this.canMake(id),
    );
    return {
      keys: ids.flatMap((id) => this.key(id).store),
      own: [...withIntent.map((id) => this.intentAt(id).place), fingerprintPlace(this.options.manifest)],
    };
  }

  /** Of the variables that are set now, the first in the order of the sources. */
  async given(id: string): Promise<{ value: string; source: string } | undefined> {
    for (const source of this.key(id).sources) {
      if (!('env' in source)) continue;
      const value = await variableValue(source.env, this.options.surroundings);
      if (value !== undefined) return { value, source: `env:${source.env}` };
    }
    return undefined;
  }

  /** undefined: no value has a fingerprint yet. */
  findFingerprint(value: string): Promise<string | undefined> {
    return this.#fingerprints.find(value);
  }

  fingerprint(value: string): Promise<string> {
    return this.#fingerprints.make(value);
  }

  /**
   * Of a value that takes the place of `former`. `informed` is the fingerprint of the value that the consumers know: of a
   * new place they read the first value when they start.
   */
  async provenance(value: string, source: string, former: Stored): Promise<Provenance> {
    const fingerprint = await this.fingerprint(value);
    return {
      'managed-by': 'keyward',
      source,
      'stored-at': new Date(this.nowMs).toISOString(),
      fingerprint,
      informed: former.provenance['informed'] ?? (former.state === 'absent' ? fingerprint : NOT_INFORMED),
    };
  }

  /**
   * The id in the service of the stored key, where it is known.
   * @param found keys in the service. One that shows its value can be recognized, and one whose registration was not answered
   */
  async serviceKeyId(
    stored: Stored,
    { next }: Rotation,
    found: readonly FoundKey[] = [],
  ): Promise<string | undefined> {
    if (stored.state !== 'present') return undefined;
    const { fingerprint, 'service-key-id': noted } = stored.provenance;
    const mark = await this.findFingerprint(stored.value);
    if (mark !== undefined && fingerprint === mark && noted !== undefined) return noted;
    const own = mark !== undefined && next?.fingerprint === mark ? next : undefined;
    return own?.id ?? found.find(({ key, label }) => key === stored.value || label === own?.label)?.id;
  }

  /** Whether a run that was cut off has had this value made: it has no provenance yet. */
  async isCutOff(id: string, stored: Stored): Promise<boolean> {
    if (stored.state !== 'present' || !this.canMake(id)) return false;
    const mark = await this.findFingerprint(stored.value);
    if (mark === undefined || stored.provenance['fingerprint'] === mark) return false;
    return (await this.rotation(id)).next?.fingerprint === mark;
  }

  rotation(id: string): Promise<Rotation> {
    return rotationAt(this.intentAt(id));
  }
}
