import { isOfKey, type Caller } from '../access/index.ts';
import type { EndedBy, Run, Runner, RunnerView } from '../nodes/index.ts';
import type { KeysContext } from './context.ts';
import { subjectsOf } from './power/callers.ts';

type Parts = Pick<KeysContext, 'nodes' | 'clock'>;

/** Work for a key without a request of it, such as a line of a batch, among the requests in flight. */
export class KeyWork implements Runner {
  readonly caller: Caller;
  readonly run: Run;
  readonly #nodes: KeysContext['nodes'];
  readonly #startedAt: number;
  readonly #route: string;
  readonly #aborter = new AbortController();
  endedBy: EndedBy | undefined;

  constructor({ nodes, clock }: Parts, { caller, route }: { caller: Caller; route: string }) {
    this.caller = caller;
    this.#route = route;
    this.#nodes = nodes;
    this.#startedAt = clock.nowMs();
    this.run = nodes.runs.enter(this);
  }

  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  abort(): void {
    this.#aborter.abort();
  }

  leave(): void {
    this.#nodes.runs.leave(this.run);
  }

  subjects(): readonly string[] {
    return subjectsOf(this.caller);
  }

  end(by: EndedBy): void {
    this.endedBy = by;
    this.abort();
  }

  endsAt(): number {
    return this.caller.expiresAt ?? Infinity;
  }

  describe(): RunnerView {
    const { keyId, ownerId } = this.caller;
    return {
      key_id: isOfKey(this.caller) ? keyId : null,
      owner_id: ownerId,
      route: this.#route,
      startedAt: this.#startedAt,
    };
  }
}

/**
 * The key as it is now, in flight: a change that is made from here on ends it.
 * @param callerNow reads the key. @returns undefined where the key or its owner has ended
 */
export async function enterKeyWork(
  parts: Parts,
  { route, callerNow }: { route: string; callerNow: () => Promise<Caller | undefined> },
): Promise<KeyWork | undefined> {
  for (;;) {
    const { generation } = parts.nodes;
    const caller = await callerNow();
    if (caller === undefined) return undefined;
    const work = new KeyWork(parts, { caller, route });
    // What was taken away since the key was read has not ended it.
    if (parts.nodes.generation === generation) return work;
    work.leave();
  }
}
