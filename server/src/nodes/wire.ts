/**
 * How nodes reach each other quickly. Only speed depends on it: a word that is lost is made up for
 * by the next renewal, which reads the changes from the database.
 */
export interface Wire {
  /** Where others reach this node; stored in its row. */
  readonly address: string;
  /** Tells one node (or all, where the wire is a broadcast) that changes up to `seq` are committed. */
  announce(node: { id: string; address: string }, seq: number): void;
  /** Clears away what a node that died without signing off has left behind. */
  forget(node: { id: string; address: string }): Promise<void>;
  /** Closes what is open; twice is fine. */
  close(): Promise<void>;
}

export interface WireEvents {
  /** Another node committed changes up to `seq`: apply them, then resolve with the last number applied. */
  onAnnounced(seq: number): Promise<number>;
  /** Another node has applied everything up to `seq`. */
  onConfirmed(nodeId: string, seq: number): void;
}
