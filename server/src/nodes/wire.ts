import type { Word } from './node-store.ts';

/**
 * How nodes reach each other quickly. Only speed depends on it: a word that is lost is made up for
 * by the next renewal, which reads the changes from the database.
 */
export interface Wire {
  /** Where others reach this node; stored in its row. */
  readonly address: string;
  /** Where the database carries the word: what it tells all others with the commit of a change. */
  readonly word: Word | undefined;
  /** That went with the change `seq`: nobody has to be told again. */
  told(seq: number): void;
  /** Tells one node (or all, where the wire is a broadcast) that the change `seq` is committed, if it was not told. */
  announce(node: { id: string; address: string }, seq: number): void;
  /** Tells others that there is something to look for; may be lost, and holds up nothing else. */
  wake(nodes: readonly { id: string; address: string }[], topic: string): Promise<void>;
  /** Clears away what a node that died without signing off has left behind. */
  forget(node: { id: string; address: string }): Promise<void>;
  /** Closes what is open; twice is fine. */
  close(): Promise<void>;
}

export interface WireEvents {
  /** Another node committed changes up to `seq`: apply them, then resolve. */
  onAnnounced(seq: number): Promise<Confirmation>;
  onConfirmed(nodeId: string, confirmation: Confirmation): void;
  /** Another node says that there is something to look for. */
  onWake(topic: string): void;
}

const TOPIC = /^[a-z][a-z0-9.-]{0,39}$/;
export const isTopic = (text: string): boolean => TOPIC.test(text);

/** What a node says of a change that it was told of. */
export interface Confirmation {
  /** It has applied everything up to this number. */
  applied: number;
  seq: number;
  /** How many of its requests the change `seq` has ended. */
  ended: number;
}

/** Three numbers, as one line. */
export const writeConfirmation = ({ applied, seq, ended }: Confirmation): string =>
  `${applied} ${seq} ${ended}`;

export function readConfirmation(text: string): Confirmation | undefined {
  const [, applied, seq, ended] = /^(\d{1,15}) (\d{1,15}) (\d{1,15})$/.exec(text) ?? [];
  return applied === undefined
    ? undefined
    : { applied: Number(applied), seq: Number(seq), ended: Number(ended) };
}
