import { createHash } from 'node:crypto';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { Mutex } from '../../base/mutex.ts';
import type { PlaceSpec } from '../manifest/manifest.ts';
import { SinkError, untilUnchanged, type Provenance, type Sink, type Stored } from './sink.ts';

export interface Item {
  value: string;
  /** '' where the store has none. */
  version: string;
}

/** A store of values by name, as a manifest describes it. */
export interface ItemStore {
  /** Whether a write that gives the version replaces nothing else. */
  readonly comparesVersions: boolean;
  /** What can be known before anything is asked. @throws SinkError */
  check(): Promise<void>;
  /** undefined: it is absent. @throws SinkError where that is not certain */
  read(name: string): Promise<Item | undefined>;
  /**
   * @param replaced undefined: there is nothing yet.
   * @returns an error where the write may have happened or not: the next read decides.
   */
  write(name: string, value: string, replaced: Item | undefined): Promise<'written' | 'changed' | SinkError>;
  remove(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Nothing that a program takes for an option, and nothing that leads elsewhere. */
const NAME = /^(?![-./])[\w .@:/+-]{1,200}$/;

/** Values in a store that has no metadata: the provenance is a second item beside each, as JSON. */
export class ItemSink implements Sink {
  readonly #store: ItemStore;
  /** Such as `{name}.keyward`. */
  readonly #provenanceName: string;
  /** What was read. */
  readonly #items = new WeakMap<Stored, Item>();
  /** Without versions, writes of this process to one name wait for each other. */
  readonly #mutexes = new Map<string, Mutex>();

  constructor(store: ItemStore, provenanceName = '{name}.keyward') {
    this.#store = store;
    this.#provenanceName = provenanceName;
  }

  /** Whether each place can be read: a missing program or credential is found out here. */
  async preflight(places: readonly PlaceSpec[]): Promise<void> {
    await this.#store.check();
    await Promise.all(places.map((place) => this.#store.read(nameOf(place))));
  }

  async read(place: PlaceSpec): Promise<Stored> {
    const name = nameOf(place);
    const [item, provenance] = await Promise.all([this.#store.read(name), this.#provenance(name)]);
    if (item === undefined) return { state: 'absent', version: '', provenance: provenance.members };
    const version = item.version === '' ? digest(item.value) : item.version;
    const stored: Stored = { state: 'present', version, provenance: provenance.members, value: item.value };
    this.#items.set(stored, item);
    return stored;
  }

  async write(place: PlaceSpec, value: string, read: Stored): Promise<void> {
    await this.#replace(nameOf(place), value, this.#items.get(read));
  }

  async annotate(place: PlaceSpec, provenance: Provenance): Promise<void> {
    const name = nameOf(place);
    await untilUnchanged(async () => {
      const { item } = await this.#provenance(name);
      await this.#replace(this.#beside(name), JSON.stringify(provenance), item);
    });
  }

  /** No description of a store says how its former values are removed. */
  destroyFormer(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** The provenance first: a value without provenance is found and removed by the next run. */
  async remove(place: PlaceSpec): Promise<void> {
    const name = nameOf(place);
    for (const one of [this.#beside(name), name])
      if ((await this.#store.read(one)) !== undefined) await this.#store.remove(one);
  }

  stop(): Promise<void> {
    return this.#store.stop();
  }

  #replace(name: string, value: string, before: Item | undefined): Promise<void> {
    const mutex = this.#mutexes.get(name) ?? new Mutex();
    this.#mutexes.set(name, mutex);
    return mutex.run(() => this.#replaceNow(name, value, before));
  }

  /** Without versions the item is read before and after: what another one writes in between is not seen. */
  async #replaceNow(name: string, value: string, before: Item | undefined): Promise<void> {
    const { comparesVersions } = this.#store;
    const isSame = (item: Item | undefined): boolean =>
      item?.value === before?.value && item?.version === before?.version;
    if (!comparesVersions && !isSame(await this.#store.read(name))) throw changed(name);
    const outcome = await this.#store.write(name, value, before);
    if (outcome === 'changed') throw changed(name);
    if (outcome === 'written' && comparesVersions) return;
    const after = await this.#store.read(name).catch((error: unknown) => {
      throw outcome instanceof SinkError ? outcome : error;
    });
    if (after?.value === value && !(comparesVersions && isSame(after))) return;
    if (!isSame(after)) throw changed(name);
    if (outcome instanceof SinkError) throw outcome;
    throw new SinkError(
      'refused',
      `The store of ${name} accepts the value, but does not show it. Check whether somebody has to approve it, then run this again.`,
    );
  }

  async #provenance(name: string): Promise<{ item: Item | undefined; members: Provenance }> {
    const item = await this.#store.read(this.#beside(name));
    if (item === undefined) return { item, members: {} };
    const members = jsonIn(item.value);
    if (isObject(members)) return { item, members: members as Provenance };
    throw new SinkError(
      'refused',
      `${this.#beside(name)} is not the provenance of ${name}. Remove it: what it says is found again.`,
    );
  }

  #beside(name: string): string {
    return this.#provenanceName.replaceAll('{name}', name);
  }
}

/** @throws SinkError `refused` */
function nameOf({ name = '' }: PlaceSpec): string {
  if (NAME.test(name) && !name.split('/').includes('..')) return name;
  throw new SinkError(
    'refused',
    `The name of a place must be letters, digits, spaces and "._@:/+-", such as app/API_KEY, not ${JSON.stringify(name)}.`,
  );
}

const changed = (name: string): SinkError =>
  new SinkError('changed', `${name} was changed meanwhile. Run this again.`);

/** Never stored or shown: it only tells whether the value is still the one that was read. */
const digest = (value: string): string => createHash('sha256').update(value).digest('hex');
