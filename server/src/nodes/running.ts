import type { Nodes } from './nodes.ts';
import type { Run, RunView } from './run.ts';

/** So many are described by each node at once. */
const PAGE_MAX = 1_000;

/** Which requests in flight are asked for. */
export interface RunningQuestion {
  limit: number;
  /** Those that began before this one did: `[ms since 1970, id]`. */
  after?: readonly [number, string] | undefined;
  id?: string | undefined;
  /** Those that are carried out for this key or owner. */
  subject?: string | undefined;
}

export interface RunningPage {
  /** The newest first. */
  items: RunView[];
  /** Ids of nodes that did not answer in time: what runs there is not in the list. */
  missing: string[];
}

/** The requests in flight on all nodes, asked for when somebody wants to know. */
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
    // All of them first: they did not enter in the order in which they began, and a page must skip none.
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
