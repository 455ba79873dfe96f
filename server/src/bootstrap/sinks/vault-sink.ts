import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import {
  Kv,
  shownPath,
  Vault,
  VaultError,
  type Secret,
  type VaultOptions,
  type Wrapping,
} from '../../vault/index.ts';
import type { PlaceSpec } from '../manifest/manifest.ts';
import { SinkError, type Looked, type Provenance, type Purpose, type Sink, type Stored } from './sink.ts';

/**
 * The provenance of a field stands in one value of the custom metadata, as JSON: Vault keeps at most 64 values there, and
 * one secret may have as many fields.
 */
const metadataName = (field: string): string => `keyward.${field}`;
const METADATA_MAX_BYTES = 512;
/** What no later run needs: left out, in this order, where a provenance would be too long. */
const DISPENSABLE = ['container', 'image', 'attempt'];

interface FieldPlace {
  mount: string;
  path: string;
  field: string;
}

const fieldOf = ({ mount = '', path = '', field = '' }: PlaceSpec): FieldPlace => ({ mount, path, field });

/** A field of a secret in a KV version 2 engine. */
export class VaultSink implements Sink {
  readonly #vault: Vault;
  readonly #kv: Kv;
  /** What was read, for the other fields of the same secret. */
  readonly #read = new WeakMap<Stored, Secret>();

  constructor(options: VaultOptions) {
    this.#vault = new Vault(options);
    this.#kv = new Kv(this.#vault);
  }

  async preflight(places: readonly PlaceSpec[], purpose: Purpose = 'apply'): Promise<void> {
    await asSinkErrors(async () => {
      const { state } = await this.#vault.health();
      if (state !== 'active' && state !== 'standby')
        throw new SinkError(
          'unavailable',
          state === 'unknown'
            ? `${this.#vault.address} does not answer as Vault does. Check the address, and what stands in front of it.`
            : `Vault at ${this.#vault.address} is ${state}. Unseal or initialize it, then run this again.`,
        );
      for (const mount of new Set(places.map(({ mount = '' }) => mount))) await this.#vault.requireKv2(mount);
      const all = [...new Map(places.map((place) => [shownPath(fieldOf(place)), fieldOf(place)])).values()];
      const needs = all.flatMap(({ mount, path }) =>
        Object.entries(NEEDED[purpose]).map(([endpoint, needed]) => ({
          path: `${mount}/${endpoint}/${path}`,
          needed,
        })),
      );
      const held = await this.#vault.capabilities(needs.map(({ path }) => path));
      for (const { path, needed } of needs) {
        const missing = missingOf(held[path] ?? [], needed);
        if (missing.length > 0)
          throw new SinkError(
            'refused',
            `The token of Vault lacks ${missing.join(', ')} on ${path}. Extend its policy.`,
          );
      }
    });
  }

  read(place: PlaceSpec): Promise<Stored> {
    return asSinkErrors(async () => {
      const at = fieldOf(place);
      const secret = await this.#kv.read(at);
      const custom = secret.custom ?? (await this.#kv.metadata(at))?.custom ?? {};
      const stored = storedOf(secret, provenanceOf(custom, at.field), at.field);
      this.#read.set(stored, secret);
      return stored;
    });
  }

  async look(place: PlaceSpec): Promise<Looked> {
    return this.read(place).catch((error: unknown) => {
      const isDenied =
        error instanceof SinkError && error.cause instanceof VaultError && error.cause.fault === 'denied';
      if (!isDenied) throw error;
      return asSinkErrors(() => this.#lookAtNames(fieldOf(place)));
    });
  }

  /** By the names of the fields and the metadata: needs no `read` on `data/`. */
  async #lookAtNames(at: FieldPlace): Promise<Looked> {
    const [fields, metadata] = await Promise.all([this.#kv.fields(at), this.#kv.metadata(at)]);
    const { currentVersion = 0, custom = {}, isDeleted = false } = metadata ?? {};
    const known = { version: String(currentVersion), provenance: provenanceOf(custom, at.field) };
    if (fields?.includes(at.field) === true) return { state: 'hidden', ...known };
    return { state: isDeleted ? 'deleted' : 'absent', ...known };
  }

  async write(place: PlaceSpec, value: string, read: Stored): Promise<void> {
    const at = fieldOf(place);
    const secret = this.#read.get(read);
    if (secret === undefined) throw new Error('A write names what was read.');
    await asSinkErrors(() => this.#kv.writeFields(at, secret, { [at.field]: value }));
  }

  async annotate(place: PlaceSpec, provenance: Provenance): Promise<void> {
    const at = fieldOf(place);
    const note = noteOf(provenance, at.field);
    await asSinkErrors(() => this.#kv.annotate(at, { [metadataName(at.field)]: note }));
  }

  destroyFormer(place: PlaceSpec): Promise<number> {
    return asSinkErrors(async () => {
      const at = fieldOf(place);
      const metadata = await this.#kv.metadata(at);
      const former = metadata?.remaining.filter((version) => version !== metadata.currentVersion) ?? [];
      await this.#kv.destroy(at, former);
      return former.length;
    });
  }

  /** The secret stays while it has other fields. */
  async remove(place: PlaceSpec): Promise<void> {
    const at = fieldOf(place);
    await asSinkErrors(async () => {
      const secret = await this.#kv.read(at);
      const others =
        secret.state === 'present' ? Object.keys(secret.data).filter((name) => name !== at.field) : [];
      if (secret.state !== 'present' || others.length === 0) return this.#kv.remove(at);
      await this.#kv.annotate(at, { [metadataName(at.field)]: null });
      const { [at.field]: _, ...rest } = secret.data;
      await this.#kv.write(at, rest, secret.version);
    });
  }

  /** Wraps the field alone for one receiver: a wrapped read would hand over all fields of the secret. */
  async wrap(place: PlaceSpec, ttlSeconds: number): Promise<Wrapping & { address: string }> {
    const stored = await this.read(place);
    if (stored.state !== 'present')
      throw new SinkError(
        'refused',
        `${shownPath(fieldOf(place))} has no value. Run keyward bootstrap apply.`,
      );
    const { field } = fieldOf(place);
    const wrapping = await asSinkErrors(() => this.#vault.wrap({ [field]: stored.value }, ttlSeconds));
    return { ...wrapping, address: this.#vault.address };
  }

  stop(): Promise<void> {
    return this.#vault.stop();
  }
}

function storedOf(secret: Secret, provenance: Provenance, field: string): Stored {
  const version = String(secret.version);
  if (secret.state === 'absent') return { state: 'absent', version, provenance };
  if (secret.state === 'deleted') return { state: 'deleted', version, provenance };
  const value = secret.data[field];
  if (value === undefined) return { state: 'absent', version, provenance };
  return {
    state: 'present',
    version,
    provenance,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  };
}

/** @throws SinkError */
function noteOf(provenance: Provenance, field: string): string {
  const shorter = [0, 1, 2, 3].map((count) => {
    const leftOut = DISPENSABLE.slice(0, count);
    return JSON.stringify(
      Object.fromEntries(Object.entries(provenance).filter(([name]) => !leftOut.includes(name))),
    );
  });
  const note = shorter.find((text) => Buffer.byteLength(text) <= METADATA_MAX_BYTES);
  if (note !== undefined) return note;
  throw new SinkError(
    'refused',
    `The provenance of ${field} has ${Buffer.byteLength(shorter.at(-1) ?? '')} bytes, more than the ${METADATA_MAX_BYTES} that Vault allows. Shorten the names of its source.`,
  );
}

function provenanceOf(custom: Record<string, string>, field: string): Provenance {
  const provenance = jsonIn(custom[metadataName(field)] ?? '');
  if (!isObject(provenance)) return {};
  const texts = Object.entries(provenance).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(texts) as Provenance;
}

/**
 * By the endpoint before the path. A provenance that cannot be written would be found out only after a key was minted. PATCH
 * is used where it is allowed.
 */
const NEEDED: Record<Purpose, Record<string, string[]>> = {
  apply: { data: ['read', 'create', 'update'], metadata: ['read', 'update'] },
  rotate: { data: ['read', 'create', 'update'], metadata: ['read', 'update'], destroy: ['update'] },
  destroy: { data: ['read', 'update'], metadata: ['read', 'update', 'delete'] },
};

const missingOf = (capabilities: readonly string[], needed: readonly string[]): string[] =>
  capabilities.includes('root') ? [] : needed.filter((name) => !capabilities.includes(name));

/** Errors of the client as those of a sink. */
async function asSinkErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const { fault, message } = error;
    if (fault === 'cas_mismatch') throw new SinkError('changed', message, { cause: error });
    const isLater = [
      'unreachable',
      'outcome_unknown',
      'sealed',
      'uninitialized',
      'standby',
      'throttled',
      'failed',
    ];
    throw new SinkError(isLater.includes(fault) ? 'unavailable' : 'refused', message, { cause: error });
  }
}
