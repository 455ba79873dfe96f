import type { PlaceSpec } from '../manifest/manifest.ts';

/** Facts about a stored value, never the value: who stored it, from which source, when. */
export type Provenance = Record<string, string>;

/**
 * A stored value. `version` names what was read: a write that gives it replaces nothing else. '' : nothing is there.
 * `deleted`: somebody deleted it on purpose.
 */
export type Stored =
  | { state: 'absent'; version: string; provenance: Provenance }
  | { state: 'deleted'; version: string; provenance: Provenance }
  | { state: 'present'; version: string; provenance: Provenance; value: string };

/** What can be seen without the right to read values. `hidden`: there is one. */
export type Looked = Stored | { state: 'hidden'; version: string; provenance: Provenance };

/** @default apply */
export type Purpose = 'apply' | 'rotate' | 'destroy';

/** Where keys are stored. Places are those of the manifest; each sink knows its own members of them. */
export interface Sink {
  /** Refuses, before anything is minted, what would fail afterwards. @throws SinkError */
  preflight(places: readonly PlaceSpec[], purpose?: Purpose): Promise<void>;
  read(place: PlaceSpec): Promise<Stored>;
  /** As `read`, also without the right to read the value. Nothing is decided on it. @default `read` */
  look?(place: PlaceSpec): Promise<Looked>;
  /**
   * @param read what `read` gave just now.
   * @throws SinkError `changed` where something else stands there now
   */
  write(place: PlaceSpec, value: string, read: Stored): Promise<void>;
  /** Replaces the provenance. */
  annotate(place: PlaceSpec, provenance: Provenance): Promise<void>;
  /** Removes former values that can still be read. @returns how many; undefined: the store may keep some, out of reach */
  destroyFormer(place: PlaceSpec): Promise<number | undefined>;
  /** Removes the value and its provenance. */
  remove(place: PlaceSpec): Promise<void>;
  stop(): Promise<void>;
}

/** - `changed`: somebody else wrote meanwhile. `refused`: a missing right or a wrong place. `unavailable`: try later. */
export type SinkFault = 'changed' | 'refused' | 'unavailable';

/** @property message one line for the operator, without a value. */
export class SinkError extends Error {
  readonly fault: SinkFault;

  constructor(fault: SinkFault, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'SinkError';
    this.fault = fault;
  }
}

const ATTEMPTS_MAX = 5;

/** Reads, decides and writes again where somebody else wrote in between: what they wrote decides anew. */
export async function untilUnchanged<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isChanged = error instanceof SinkError && error.fault === 'changed';
      if (!isChanged || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
