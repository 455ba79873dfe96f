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

/** Names in the custom metadata are `keyward.<field>.<name>`: several fields of one secret have a provenance each. */
const PREFIX = 'keyward';

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
          `Vault at ${this.#vault.address} is ${state}. Unseal or initialize it, then run this again.`,
        );
      for (const mount of new Set(places.map(({ mount = '' }) => mount))) await this.#vault.requireKv2(mount);
      const all = [...new Map(places.map((place) => [shownPath(fieldOf(place)), fieldOf(place)])).values()];
      const paths = all.flatMap((at) => [shownPath(at), `${at.mount}/metadata/${at.path}`]);
      const held = await this.#vault.capabilities(paths);
      for (const [index, path] of paths.entries()) {
        const missing = missingOf(held[path] ?? [], NEEDED[purpose][index % 2]);
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
      const [secret, metadata] = await Promise.all([this.#kv.read(at), this.#kv.metadata(at)]);
      const stored = storedOf(secret, provenanceOf(metadata?.custom ?? {}, at.field), at.field);
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
    const { currentVersion = 0, custom = {}, readable = [] } = metadata ?? {};
    const known = { version: String(currentVersion), provenance: provenanceOf(custom, at.field) };
    if (fields?.includes(at.field) === true) return { state: 'hidden', ...known };
    const isDeleted = currentVersion > 0 && !readable.includes(currentVersion);
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
    const named = Object.entries(provenance).map(([name, value]) => [`${PREFIX}.${at.field}.${name}`, value]);
    await asSinkErrors(() => this.#kv.annotate(at, Object.fromEntries(named)));
  }

  destroyFormer(place: PlaceSpec): Promise<number> {
    return asSinkErrors(async () => {
      const at = fieldOf(place);
      const metadata = await this.#kv.metadata(at);
      const former = metadata?.readable.filter((version) => version !== metadata.currentVersion) ?? [];
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
      const custom = Object.keys((await this.#kv.metadata(at))?.custom ?? {});
      const own = custom.filter((name) => name.startsWith(`${PREFIX}.${at.field}.`));
      if (own.length > 0) await this.#kv.annotate(at, Object.fromEntries(own.map((name) => [name, null])));
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

function provenanceOf(custom: Record<string, string>, field: string): Provenance {
  const start = `${PREFIX}.${field}.`;
  const own = Object.entries(custom).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(start.length), value]));
}

/**
 * On `data/` and on `metadata/`. A provenance that cannot be written would be found out only after a key was minted. PATCH is
 * used where it is allowed.
 */
const NEEDED: Record<Purpose, [data: string[], metadata: string[]]> = {
  apply: [
    ['read', 'create', 'update'],
    ['read', 'update'],
  ],
  destroy: [
    ['read', 'update'],
    ['read', 'update', 'delete'],
  ],
};

const missingOf = (capabilities: readonly string[], needed: readonly string[] = []): string[] =>
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
