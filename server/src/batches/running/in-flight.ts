import type { Caller } from '../../access/index.ts';
import { subjectsOf } from '../../keys/index.ts';
import type { EndedBy, Run, Runner, RunnerView } from '../../nodes/index.ts';
import type { BatchesContext } from '../context.ts';
import type { BatchRow } from '../store/tables.ts';

/** A line that runs, among the requests in flight. */
export class LineInFlight implements Runner {
  readonly caller: Caller;
  readonly run: Run;
  readonly #nodes: BatchesContext['nodes'];
  readonly #startedAt: number;
  readonly #aborter = new AbortController();
  endedBy: EndedBy | undefined;

  constructor({ nodes, clock }: BatchesContext, caller: Caller) {
    this.caller = caller;
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
    return { key_id: keyId, owner_id: ownerId, route: 'batches.line', startedAt: this.#startedAt };
  }
}

/**
 * The key as it is now, in flight: a change that is made from here on ends it.
 * @returns undefined where the key or its owner has ended
 */
export async function enter(
  context: BatchesContext,
  { key_id: keyId }: Pick<BatchRow, 'key_id'>,
): Promise<LineInFlight | undefined> {
  const { storage, nodes, jobs } = context;
  for (;;) {
    const { generation } = nodes;
    const caller = (await jobs.submitters.callers(storage.db, [keyId])).get(keyId);
    if (caller === undefined) return undefined;
    const flight = new LineInFlight(context, caller);
    // What was taken away since the key was read has not ended it.
    if (nodes.generation === generation) return flight;
    flight.leave();
  }
}
