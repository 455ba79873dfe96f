import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Nodes } from '../../nodes/index.ts';

/** The connection is cut when the database stays away for longer. */
const HELD_MAX_MS = 30_000;

/**
 * The answer to a request in flight. While the lease of this process is over, a revocation is acknowledged without it: then
 * nothing goes out until the lease is renewed. A process that was stopped or cut off from the database would otherwise
 * forward what an upstream sent after the acknowledgement. Guarded by hung-node.test.ts.
 */
export class HeldResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  #nodes: Nodes | undefined;
  #held: (() => unknown)[] | undefined;

  /** From here on the answer belongs to a key or a session that can be taken away. */
  holdWith(nodes: Nodes): void {
    this.#nodes = nodes;
  }

  /** Held bytes are dropped, and later ones go out at once: the refusal of an ended request. */
  letGo(): void {
    this.#nodes = undefined;
    this.#held = undefined;
  }

  // Named parameters, no rest parameter: this runs for every chunk of every answer.
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
