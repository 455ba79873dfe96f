import type { Notification } from './node-store.ts';

/** Messages between nodes. Only speed depends on it: the next renewal reads the changes from the database. */
export interface Wire {
  /** Of this node; stored in its row. */
  readonly address: string;
  /** Sent by the database with the commit of a change; undefined: by `announce`. */
  readonly notification: Notification | undefined;
  /** The database announces `seq`. */
  markAnnounced(seq: number): void;
  /** Tells a node that the change `seq` is committed; a broadcast tells all of them, once. */
  announce(node: { id: string; address: string }, seq: number): void;
  /** May be lost, and delays nothing else. */
  wake(nodes: readonly { id: string; address: string }[], topic: string): Promise<void>;
  /** Removes what a crashed node has left behind. */
  forget(node: { id: string; address: string }): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface WireEvents {
  /** Applies changes of another node up to `seq`. */
  onAnnounced(seq: number): Promise<Confirmation>;
  onConfirmed(nodeId: string, confirmation: Confirmation): void;
  onWake(topic: string): void;
}

const TOPIC = /^[a-z][a-z0-9.-]{0,39}$/;
export const isTopic = (text: string): boolean => TOPIC.test(text);

/** The answer to an announced change. */
export interface Confirmation {
  /** The node has applied all changes up to this number. */
  applied: number;
  seq: number;
  /** Requests that the change `seq` has ended. */
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
