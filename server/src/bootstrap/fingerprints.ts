import type { Manifest, PlaceSpec } from './manifest/manifest.ts';
import { NO_PLACE } from './report.ts';
import { fingerprintOf, newFingerprintKey } from './secrets.ts';
import { untilUnchanged, type Sink } from './sinks/sink.ts';

/** The key of the fingerprints lies in the sink of the first key, beside the keys. */
export function fingerprintPlace({ keys, sinks }: Manifest): PlaceSpec {
  const [{ sink, mount } = NO_PLACE] = Object.values(keys)[0]?.store ?? [];
  if (mount !== undefined) return { sink, mount, path: 'keyward/bootstrap', field: 'fingerprint_key' };
  const isFiles = sinks[sink]?.type === 'files';
  return { sink, name: isFiles ? '.keyward-fingerprint-key' : 'KEYWARD_FINGERPRINT_KEY' };
}

/**
 * Marks of values, by which a change from elsewhere is found. They are keyed: without the key a mark of a short value
 * could be guessed by a reader of the metadata.
 */
export class Fingerprints {
  readonly #sink: Sink;
  readonly #place: PlaceSpec;
  #key: Promise<string | undefined> | undefined;

  constructor(sink: Sink, place: PlaceSpec) {
    this.#sink = sink;
    this.#place = place;
  }

  /** undefined: no value has a mark yet. */
  async find(value: string): Promise<string | undefined> {
    const key = await (this.#key ??= this.#stored());
    return key === undefined ? undefined : fingerprintOf(value, key);
  }

  /** Makes the key on first use. */
  async make(value: string): Promise<string> {
    const key = this.#ensure();
    this.#key = key;
    return fingerprintOf(value, await key);
  }

  async #stored(): Promise<string | undefined> {
    const stored = await this.#sink.read(this.#place);
    return stored.state === 'present' ? stored.value : undefined;
  }

  /** One that another run has stored in between is as good. */
  async #ensure(): Promise<string> {
    const known = await this.#key;
    if (known !== undefined) return known;
    return untilUnchanged(async () => {
      const stored = await this.#sink.read(this.#place);
      if (stored.state === 'present') return stored.value;
      const key = newFingerprintKey();
      await this.#sink.write(this.#place, key, stored);
      return key;
    });
  }
}
