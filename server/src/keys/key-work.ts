import { isOfKey, isWithin, type Caller, type Left, type Needs } from '../access/index.ts';
import type { EndedBy, Known, Run, Runner, RunnerView } from '../nodes/index.ts';
import type { KeysContext } from './context.ts';
import { subjectsOf } from './power/callers.ts';

type Parts = Pick<KeysContext, 'nodes' | 'clock'>;

interface Kind {
  /** Its name among the requests in flight. */
  route: string;
  /** Of the rights of its key. @default all of them */
  needs?: Needs;
}

/** Work for a key without a request of it, such as a line of a batch, among the requests in flight. */
export class KeyWork implements Runner {
  readonly caller: Caller;
  readonly run: Run;
  readonly #nodes: KeysContext['nodes'];
  readonly #startedAt: number;
  readonly #kind: Kind;
  #endsAt: number;
  readonly #aborter = new AbortController();
  endedBy: EndedBy | undefined;

  constructor({ nodes, clock }: Parts, { caller, kind }: { caller: Caller; kind: Kind }) {
    this.caller = caller;
    this.#kind = kind;
    this.#endsAt = caller.expiresAt ?? Infinity;
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
    return this.#endsAt;
  }

  staysWithin(rights: string, { asked }: Known): boolean {
    const left = JSON.parse(rights) as Left;
    // Of a person: work with a key is in no workspace that is known here.
    if ('notIn' in left) return false;
    this.#endsAt = Math.min(this.#endsAt, left.expiresAt ?? Infinity);
    return isWithin(left, { caller: this.caller, needs: this.#kind.needs, asked });
  }

  describe(): RunnerView {
    const { keyId, ownerId } = this.caller;
    return {
      key_id: isOfKey(this.caller) ? keyId : null,
      owner_id: ownerId,
      route: this.#kind.route,
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
  { callerNow, ...kind }: Kind & { callerNow: () => Promise<Caller | undefined> },
): Promise<KeyWork | undefined> {
  for (;;) {
    const { generation } = parts.nodes;
    const caller = await callerNow();
    if (caller === undefined) return undefined;
    const work = new KeyWork(parts, { caller, kind });
    // What was taken away since the key was read has not ended it.
    if (parts.nodes.generation === generation) return work;
    work.leave();
  }
}
