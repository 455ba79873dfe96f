import type { Dispatcher } from 'undici';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { fetchModelNames } from './model-list.ts';
import type { Target } from './target.ts';
import type { UpstreamTable } from './upstream-table.ts';

/** How old an upstream's own list may be before it is asked again, in the background. */
const LIST_FRESH_MS = 60_000;
/** How long somebody waits for a list that was never had. */
const LIST_WAIT_MS = 3_000;
/** After a failure, sooner than a good list grows old, but not with every request. */
const LIST_RETRY_MS = 5_000;

/** One upstream that serves a model. */
export interface Route {
  target: Target;
  /** The name the upstream knows it by. */
  upstreamModel: string;
  /** The public name. */
  name: string;
  /** `<upstream>/<name>`. */
  qualifiedName: string;
  /** One model at one upstream, for what is known of whether it answers: see `Breakers`. */
  line: string;
  /** Tokens of its longest answer, where its operator says. */
  outputMax?: number | undefined;
}

interface List {
  /** Whom it was asked of; a changed upstream is another one. */
  target: Target;
  names: readonly string[];
  /** When an answer came, on the monotonic clock. */
  atMs: number;
  triedAtMs: number;
  firstTriedAtMs: number;
  loading: Promise<void> | undefined;
}

interface Options {
  table: UpstreamTable;
  dispatcher: Dispatcher;
  clock: Clock;
  logger: Logger;
  /** Listed first; not in the table. */
  localModel: { readonly target: Target; readonly generation: number } | undefined;
}

/** Which models there are and where. Names are looked up in an index that is built anew when something changed. */
export class Catalogue {
  readonly #options: Options;
  readonly #lists = new Map<string, List>();
  #index = new Map<string, Route[]>();
  #publicNames: string[] = [];
  /** What it was built for: generations of the table, of the lists, of the local model. */
  #builtFor: readonly [number, number, number] | undefined;
  #listChanges = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Routes of a plain or qualified name as known right now, and at once where they are; lists are refreshed in the background. */
  routes(model: string): readonly Route[] | Promise<readonly Route[]> {
    const { table } = this.#options;
    return (table.isFresh ? this.#known(model) : undefined) ?? this.#askedFor(model);
  }

  async #askedFor(model: string): Promise<readonly Route[]> {
    const { table } = this.#options;
    if (!table.isFresh) await table.refresh();
    const found = this.#known(model);
    if (found !== undefined) return found;
    await this.#firstLists();
    return this.#current().get(model) ?? [];
  }

  #known(model: string): readonly Route[] | undefined {
    this.#refreshLists();
    return this.#current().get(model);
  }

  /** All public names with their routes; never waits longer than 3 s for upstreams. */
  async all(): Promise<{ name: string; routes: readonly Route[] }[]> {
    await this.#options.table.refresh();
    this.#refreshLists();
    await this.#firstLists();
    return this.current();
  }

  /** The same as known right now. */
  current(): { name: string; routes: readonly Route[] }[] {
    const index = this.#current();
    return this.#publicNames.map((name) => ({ name, routes: index.get(name) ?? [] }));
  }

  /** Every name a model can be asked for by. */
  names(): string[] {
    return [...this.#current().keys()];
  }

  /** Upstreams that were never reached: nobody knows which models they have. */
  unlisted(): Target[] {
    return this.#options.table.targets.filter(
      ({ id, models }) => models.size === 0 && (this.#lists.get(id)?.atMs ?? -Infinity) === -Infinity,
    );
  }

  #targets(): Target[] {
    const { localModel, table } = this.#options;
    return localModel === undefined ? [...table.targets] : [localModel.target, ...table.targets];
  }

  #current(): Map<string, Route[]> {
    const { table, localModel } = this.#options;
    const ofLocal = localModel?.generation ?? -1;
    const [ofTable, ofLists, before] = this.#builtFor ?? [];
    if (ofTable === table.generation && ofLists === this.#listChanges && before === ofLocal)
      return this.#index;
    this.#builtFor = [table.generation, this.#listChanges, ofLocal];
    this.#build();
    return this.#index;
  }

  #build(): void {
    const plain = new Map<string, Route[]>();
    const qualified = new Map<string, Route[]>();
    for (const target of this.#targets()) {
      for (const [name, upstreamModel] of this.#modelsOf(target)) {
        const outputMax = target.outputMax.get(name);
        const qualifiedName = `${target.name}/${name}`;
        const line = `${target.id} ${upstreamModel}`;
        const route = { target, upstreamModel, name, qualifiedName, line, outputMax };
        plain.set(name, [...(plain.get(name) ?? []), route]);
        qualified.set(route.qualifiedName, [route]);
      }
    }
    const ids = new Set(this.#targets().map(({ id }) => id));
    for (const id of this.#lists.keys()) if (!ids.has(id)) this.#lists.delete(id);
    this.#publicNames = [...plain.keys()].sort();
    // Where one upstream's plain name is another's qualified one, the qualified one wins: it names its upstream.
    this.#index = new Map([...plain, ...qualified]);
  }

  #modelsOf(target: Target): Iterable<[string, string]> {
    if (target.models.size > 0) return target.models;
    return (this.#lists.get(target.id)?.names ?? []).map((name) => [name, name]);
  }

  #refreshLists(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const target of this.#options.table.targets) {
      if (target.models.size > 0) continue;
      const list = this.#lists.get(target.id);
      const isDue =
        list === undefined ||
        list.target !== target ||
        (nowMs - list.atMs > LIST_FRESH_MS && nowMs - list.triedAtMs > LIST_RETRY_MS) ||
        (list.names.length === 0 && nowMs - list.triedAtMs > LIST_RETRY_MS);
      if (isDue && list?.loading === undefined) this.#load(target);
    }
  }

  #load(target: Target): void {
    const { clock, dispatcher, logger } = this.#options;
    const nowMs = clock.monotonicMs();
    const list = this.#lists.get(target.id) ?? {
      target,
      names: [],
      atMs: -Infinity,
      triedAtMs: nowMs,
      firstTriedAtMs: nowMs,
      loading: undefined,
    };
    list.triedAtMs = nowMs;
    list.target = target;
    this.#lists.set(target.id, list);
    list.loading = fetchModelNames(dispatcher, target)
      .then((names) => {
        list.atMs = clock.monotonicMs();
        if (names.join('\n') !== list.names.join('\n')) this.#listChanges++;
        list.names = names;
      })
      // It keeps its last list: a model that was there a minute ago is worth a try.
      .catch((error: unknown) => {
        logger.warn({ err: error, upstream: target.id }, 'the models of an upstream could not be listed');
      })
      .finally(() => {
        list.loading = undefined;
      });
  }

  /** Waits for the lists that were never had, together, and only in their first 3 s: a dead upstream costs no more. */
  async #firstLists(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const endMs = (list: List) => list.firstTriedAtMs + LIST_WAIT_MS;
    const lists = this.#options.table.targets
      .flatMap((target) => this.#lists.get(target.id) ?? [])
      .filter((list) => list.atMs === -Infinity && nowMs < endMs(list));
    const waiting = lists.flatMap((list) => list.loading ?? []);
    if (waiting.length === 0) return;
    const waitMs = Math.max(...lists.map(endMs)) - nowMs;
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([Promise.allSettled(waiting), enough]);
    clearTimeout(timer);
  }
}
