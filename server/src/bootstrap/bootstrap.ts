import { applyKey } from './apply.ts';
import { collectOrphans, destroyKey, type EndReport } from './ending.ts';
import { failureOf } from './failure.ts';
import { planKey, statusOfKey } from './look.ts';
import type { PlaceSpec } from './manifest/manifest.ts';
import {
  emptyRotation,
  NO_PLACE,
  shownPlace,
  type KeyReport,
  type KeyStatus,
  type RotationReport,
} from './report.ts';
import { rotateKey, type RotateOptions } from './rotate.ts';
import type { Purpose } from './sinks/sink.ts';
import { Stack, type StackOptions } from './stack.ts';

export type BootstrapOptions = StackOptions;

const AT_ONCE = 8;

/** The verbs over a manifest. A key that fails does not keep the others from being done: its report says why. */
export class Bootstrap {
  readonly #stack: Stack;

  constructor(options: BootstrapOptions) {
    this.#stack = new Stack(options);
  }

  /** Asks every sink whether it can do all that is needed. @throws SinkError */
  async preflight(purpose: Purpose = 'apply', ids?: readonly string[]): Promise<void> {
    const { keys, own } = this.#stack.places(this.#ids(ids), purpose);
    // A rotation ends former values of the keys only.
    const ownPurpose = purpose === 'rotate' ? 'apply' : purpose;
    const needs = [
      ...keys.map((place) => ({ place, purpose })),
      ...own.map((place) => ({ place, purpose: ownPurpose })),
    ];
    const groups = Map.groupBy(needs, (need) => `${need.purpose} ${need.place.sink}`);
    for (const group of groups.values()) {
      const [{ place, purpose: ofGroup } = { place: NO_PLACE, purpose }] = group;
      const places = group.map((need) => need.place);
      await this.#stack.sinkAt(place).preflight(places, ofGroup);
    }
  }

  /** What `apply` would do. Writes nothing. */
  plan(ids?: readonly string[]): Promise<KeyReport[]> {
    return this.#each(ids, (id) => planKey(this.#stack, id), this.#failedKey);
  }

  /** How each key is: what is stored, from where, and what its service says of it. Writes nothing. */
  status(ids?: readonly string[]): Promise<KeyStatus[]> {
    const unknown = {
      verdict: null,
      stored_from: null,
      stored_at: null,
      service_key_id: null,
      former_key_ids: [],
    };
    return this.#each(
      ids,
      (id) => statusOfKey(this.#stack, id),
      (id, error) => ({ ...this.#failedKey(id, error), ...unknown }),
    );
  }

  /** @returns what was done. @throws SinkError before anything is done, where a sink cannot do all that is needed */
  async apply(ids?: readonly string[]): Promise<KeyReport[]> {
    await this.preflight('apply', ids);
    return this.#each(ids, (id) => applyKey(this.#stack, id), this.#failedKey);
  }

  /** Replaces values, and ends the former ones when nobody needs them any more. */
  async rotate(ids: readonly string[], options: Omit<RotateOptions, 'id'>): Promise<RotationReport[]> {
    await this.preflight('rotate', ids);
    return this.#each(
      ids,
      (id) => rotateKey(this.#stack, { ...options, id }),
      (id, error) => ({
        ...emptyRotation(id, this.#stack.firstPlace(id)),
        action: 'failed',
        ...failureOf(error),
      }),
    );
  }

  /** Revokes what killed runs left in the services. @param isDryRun only says what */
  gc(ids: readonly string[] | undefined, isDryRun: boolean): Promise<EndReport[]> {
    return this.#each(ids, (id) => collectOrphans(this.#stack, { id, isDryRun }), failedEnd);
  }

  /** Revokes and removes keys, and what the bootstrap keeps beside them. @param isDryRun only says what */
  async destroy(ids: readonly string[] | undefined, isDryRun: boolean): Promise<EndReport[]> {
    if (!isDryRun) await this.preflight('destroy', ids);
    return this.#each(ids, (id) => destroyKey(this.#stack, { id, isDryRun }), failedEnd);
  }

  #ids(ids: readonly string[] | undefined): string[] {
    return Object.keys(this.#stack.options.manifest.keys).filter(
      (id) => ids === undefined || ids.includes(id),
    );
  }

  async #each<Report>(
    ids: readonly string[] | undefined,
    work: (id: string) => Promise<Report>,
    failed: (id: string, error: unknown) => Report,
  ): Promise<Report[]> {
    const reports: Report[] = [];
    // Keys of one secret one after the other: each write there makes a version.
    const groups = Map.groupBy(this.#ids(ids).entries(), ([, id]) =>
      secretOf(this.#stack.firstPlace(id)),
    ).values();
    const worker = async (): Promise<void> => {
      for (const group of groups)
        for (const [index, id] of group)
          reports[index] = await work(id).catch((error: unknown) => failed(id, error));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return reports;
  }

  readonly #failedKey = (id: string, error: unknown): KeyReport => ({
    id,
    action: 'failed',
    state: 'unreachable',
    ...failureOf(error),
    place: shownPlace(this.#stack.firstPlace(id)),
    copies: [],
  });
}

const failedEnd = (id: string, error: unknown): EndReport => ({
  id,
  revoked: [],
  removed: [],
  left: [],
  ...failureOf(error),
});

/** What is written as a whole. */
const secretOf = ({ sink, mount = '', path = '' }: PlaceSpec): string => JSON.stringify([sink, mount, path]);
