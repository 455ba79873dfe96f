import type { Nodes } from './nodes.ts';
import type { Run, RunView } from './run.ts';

/** Of one node. */
const PAGE_MAX = 1_000;

/** A filter of requests in flight. */
export interface RunningQuestion {
  limit: number;
  /** Requests that began before this one: `[ms since 1970, id]`. */
  after?: readonly [number, string] | undefined;
  id?: string | undefined;
  /** The id of a key or owner. */
  subject?: string | undefined;
}

export interface RunningPage {
  /** The newest first. */
  items: RunView[];
  /** Ids of nodes that did not answer in time. */
  missing: string[];
}

/** The requests in flight on all nodes. */
export class Running {
  readonly #nodes: Nodes;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
    nodes.answerWith((question) => JSON.stringify(this.#here(JSON.parse(question) as RunningQuestion)));
  }

  async list(question: RunningQuestion): Promise<RunningPage> {
    const { answers, missing } = await this.#nodes.ask(JSON.stringify(question));
    const here = this.#here(question);
    const there = answers.flatMap((answer) => JSON.parse(answer) as RunView[]);
    return { items: [...here, ...there].sort(byAge).slice(0, question.limit), missing };
  }

  #here({ limit, after, id, subject }: RunningQuestion): RunView[] {
    const found: { id: string; startedAt: number; run: Run }[] = [];
    for (const run of this.#nodes.runs.newest()) {
      if (id !== undefined && run.id !== id) continue;
      if (subject !== undefined && !run.isUnder(subject)) continue;
      const { startedAt } = run.about;
      if (after === undefined || isAfter([startedAt, run.id], after))
        found.push({ id: run.id, startedAt, run });
    }
    // Sorted as a whole: they did not enter in the order in which they began.
    const page = found.sort(byAge).slice(0, Math.min(limit, PAGE_MAX));
    return page.map(({ run }) => run.view());
  }
}

const isAfter = (
  [startedAt, id]: readonly [number, string],
  [before, other]: readonly [number, string],
): boolean => startedAt < before || (startedAt === before && id < other);

type Aged = Pick<RunView, 'id' | 'startedAt'>;

const byAge = (a: Aged, b: Aged): number =>
  b.startedAt - a.startedAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
