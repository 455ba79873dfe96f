import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Nodes } from '../../nodes/index.ts';

/** A client waits no longer for a process that cannot ask the database: its connection is cut. */
const HELD_MAX_MS = 30_000;

/**
 * The answer to a request in flight. While the lease of this process is over, nobody waits for it to confirm a revocation: then
 * nothing goes out, until the database was asked. A process that was stopped, or was cut off from the database, would
 * otherwise pass on what an upstream sent after the acknowledgement. Guarded by hung-node.test.ts.
 */
export class HeldResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  #nodes: Nodes | undefined;
  #held: (() => unknown)[] | undefined;

  /** From here on it is the answer to somebody from whom something can be taken away. */
  holdWith(nodes: Nodes): void {
    this.#nodes = nodes;
  }

  /** What waits is never sent; what comes from here on goes out at once: a request that was ended has its last words. */
  letGo(): void {
    this.#nodes = undefined;
    this.#held = undefined;
  }

  // Each with its parameters, and no rest of them: this is done for every piece of every answer.
  override write(chunk: unknown, encoding?: unknown, written?: unknown): boolean {
    if (this.#isFree()) return super.write(chunk, encoding as BufferEncoding, written as () => void);
    this.#hold(() => super.write(chunk, encoding as BufferEncoding, written as () => void));
    return false;
  }

  override end(chunk?: unknown, encoding?: unknown, ended?: unknown): this {
    if (this.#isFree()) return super.end(chunk, encoding as BufferEncoding, ended as () => void);
    this.#hold(() => super.end(chunk, encoding as BufferEncoding, ended as () => void));
    return this;
  }

  #isFree(): boolean {
    return this.#held === undefined && (this.#nodes === undefined || this.#nodes.leaseHolds());
  }

  #hold(act: () => unknown): void {
    if (this.#held !== undefined) return void this.#held.push(act);
    const held = (this.#held = [act]);
    const timer = setTimeout(() => this.destroy(), HELD_MAX_MS);
    void this.#whenTrusted(held).finally(() => clearTimeout(timer));
  }

  async #whenTrusted(held: (() => unknown)[]): Promise<void> {
    while (this.#nodes?.leaseHolds() === false && !this.destroyed) await this.#nodes.renewed;
    // Ended meanwhile.
    if (this.#held !== held) return;
    this.#held = undefined;
    if (this.destroyed) return;
    for (const act of held) act();
    if (!this.writableNeedDrain && !this.writableEnded) this.emit('drain');
  }
}
