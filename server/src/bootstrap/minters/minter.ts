/** `unknown`: the service could not say (no answer, 5xx, 429). Nothing is minted or replaced on it. */
export type Verdict = 'valid' | 'invalid' | 'unknown';

/** A key in the service, by the label that Keyward gave it. */
export interface FoundKey {
  id: string;
  label: string;
  /** Where the service can show it again. */
  key?: string;
}

/** A key that the service does not know yet: it is stored first, so that it cannot be lost. */
export interface ChosenKey {
  key: string;
  /** Makes it known to the service. @returns its id there */
  register(): Promise<string>;
}

/** How keys of one service are made and ended. Each verb may be called again after a crash. */
export interface Minter {
  /** Whether the credential of the administrator works, before anything is begun. @throws MinterError */
  probe(): Promise<void>;
  verify(key: string): Promise<Verdict>;
  /** All keys whose label begins so. */
  find(prefix: string): Promise<FoundKey[]>;
  mint(label: string): Promise<{ id: string; key: string }>;
  /** When the key was used last, in ms since 1970, by the clock of the service; null: never. undefined: it cannot say. */
  lastUsed?(id: string): Promise<number | null | undefined>;
  /** undefined, or left out: the service alone chooses its keys. */
  choose?(label: string): ChosenKey | undefined;
  /** A key that is gone already counts as revoked. */
  revoke(id: string): Promise<void>;
  /** Where keys are minted, for the provenance: such as the image of a container. */
  origin?(): Record<string, string>;
  stop(): Promise<void>;
}

/**
 * - `refused`: the service answers, and says no: the credential or the description is wrong.
 * - `unavailable`: it does not answer, or not well: nothing is known.
 */
export class MinterError extends Error {
  readonly fault: 'refused' | 'unavailable';

  /** @param message one line for the operator, without a key or an answer's text */
  constructor(fault: 'refused' | 'unavailable', message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'MinterError';
    this.fault = fault;
  }
}
