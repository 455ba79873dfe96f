import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalModel } from '../local/local-model.ts';
import type { Models } from '../models.ts';
import { fetchModelNames } from './model-list.ts';
import type { RemoteModels } from './remote-models.ts';
import type { Target } from './target.ts';

/** The age at which an upstream's own list is fetched again, in the background. */
const LIST_FRESH_MS = 60_000;
/** How long a request waits for the first list. */
const LIST_WAIT_MS = 3_000;
/** After a failure. */
const LIST_RETRY_MS = 5_000;

export interface Route {
  target: Target;
  /** The name the upstream knows it by. */
  upstreamModel: string;
  /** The public name. */
  name: string;
  qualifiedName: string;
  /** One model at one upstream, for `Breakers`. */
  line: string;
  /** Tokens of its longest answer, if its operator says so. */
  outputMax?: number | undefined;
}

/** The models that an upstream lists. Times are on the monotonic clock. */
interface List {
  /** The upstream as it was when it was asked. */
  target: Target;
  names: readonly string[];
  atMs: number;
  triedAtMs: number;
  firstTriedAtMs: number;
  loading: Promise<void> | undefined;
}

type Context = Pick<Models, 'table' | 'dispatcher' | 'clock' | 'logger'>;
type Listed = Pick<LocalModel, 'target' | 'generation'>;
/** `local`: listed first. `remote`: an upstream's model of the same name wins. Neither is in the table. */
interface Others {
  local?: Listed | undefined;
  remote?: RemoteModels | undefined;
}

export const routeTo = (target: Target, name: string, upstreamModel: string): Route => ({
  target,
  upstreamModel,
  name,
  qualifiedName: `${target.name}/${name}`,
  line: `${target.id} ${upstreamModel}`,
  outputMax: target.outputMax.get(name),
});

/** The models and their upstreams, in an index that is built again when something changed. */
export class Catalogue {
  readonly #models: Context;
  readonly #others: Others;
  readonly #lists = new Map<string, List>();
  #index = new Map<string, Route[]>();
  #publicNames: string[] = [];
  /** Generations of the table, of the lists, of the local model and of the remote ones that the index was built from. */
  #builtFor: readonly (number | undefined)[] = [];
  #listChanges = 0;

  constructor(models: Context, others: Others = {}) {
    this.#models = models;
    this.#others = others;
  }

  /** Routes of a plain or qualified name; synchronously if known. Lists are refreshed in the background. */
  routes(model: string): readonly Route[] | Promise<readonly Route[]> {
    return (this.#models.table.isFresh ? this.#known(model) : undefined) ?? this.#askedFor(model);
  }

  async #askedFor(model: string): Promise<readonly Route[]> {
    await this.#refresh();
    const found = this.#known(model);
    if (found !== undefined) return found;
    await this.#firstLists();
    return this.#current().get(model) ?? [];
  }

  #known(model: string): readonly Route[] | undefined {
    this.#refreshLists();
    const { remote } = this.#others;
    if (remote?.isFresh === false) void remote.refresh();
    return this.#current().get(model);
  }

  /** All public names with their routes; never waits longer than 3 s for upstreams. */
  async all(): Promise<{ name: string; routes: readonly Route[] }[]> {
    await this.#refresh();
    this.#refreshLists();
    await this.#firstLists();
    return this.current();
  }

  async #refresh(): Promise<void> {
    await Promise.all([this.#models.table.refresh(), this.#others.remote?.refresh()]);
  }

  /** All public names that are known now. */
  current(): { name: string; routes: readonly Route[] }[] {
    const index = this.#current();
    return this.#publicNames.map((name) => ({ name, routes: index.get(name) ?? [] }));
  }

  /** Upstreams that were never reached: their models are not known. */
  unlisted(): Target[] {
    return this.#models.table.targets.filter(
      ({ id, models }) => models.size === 0 && (this.#lists.get(id)?.atMs ?? -Infinity) === -Infinity,
    );
  }

  #current(): Map<string, Route[]> {
    const { generation } = this.#models.table;
    const { local, remote } = this.#others;
    const now = [generation, this.#listChanges, local?.generation, remote?.generation];
    if (now.every((of, index) => of === this.#builtFor[index])) return this.#index;
    this.#builtFor = now;
    this.#build();
    return this.#index;
  }

  #build(): void {
    const plain = new Map<string, Route[]>();
    const qualified = new Map<string, Route[]>();
    const { targets: known } = this.#models.table;
    const { local, remote } = this.#others;
    const targets = local === undefined ? known : [local.target, ...known];
    for (const target of targets) {
      for (const [name, upstreamModel] of this.#modelsOf(target)) {
        const route = routeTo(target, name, upstreamModel);
        plain.set(name, [...(plain.get(name) ?? []), route]);
        qualified.set(route.qualifiedName, [route]);
      }
    }
    for (const name of remote?.target.models.keys() ?? []) {
      const route = routeTo((remote as RemoteModels).target, name, name);
      if (!plain.has(name)) plain.set(name, [route]);
      if (!qualified.has(route.qualifiedName)) qualified.set(route.qualifiedName, [route]);
    }
    const ids = new Set(targets.map(({ id }) => id));
    for (const id of this.#lists.keys()) if (!ids.has(id)) this.#lists.delete(id);
    this.#publicNames = [...plain.keys()].sort();
    // A qualified name wins over the same plain name: it names its upstream.
    this.#index = new Map([...plain, ...qualified]);
  }

  #modelsOf(target: Target): Iterable<[string, string]> {
    if (target.models.size > 0) return target.models;
    return (this.#lists.get(target.id)?.names ?? []).map((name) => [name, name]);
  }

  #refreshLists(): void {
    const nowMs = this.#models.clock.monotonicMs();
    for (const target of this.#models.table.targets) {
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
    const { clock, dispatcher, logger } = this.#models;
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
      // The last list stays in use.
      .catch((error: unknown) => {
        logger.warn({ err: error, upstream: target.id }, 'the models of an upstream could not be listed');
      })
      .finally(() => {
        list.loading = undefined;
      });
  }

  /** Waits for first lists, all together and only in their first 3 s: a dead upstream costs no more. */
  async #firstLists(): Promise<void> {
    const nowMs = this.#models.clock.monotonicMs();
    const endMs = (list: List) => list.firstTriedAtMs + LIST_WAIT_MS;
    const lists = this.#models.table.targets
      .flatMap((target) => this.#lists.get(target.id) ?? [])
      .filter((list) => list.atMs === -Infinity && nowMs < endMs(list));
    const waiting = lists.flatMap((list) => list.loading ?? []);
    if (waiting.length === 0) return;
    const waitMs = Math.max(...lists.map(endMs)) - nowMs;
    const enough = new AbortController();
    const late = sleep(waitMs, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(waiting), late]);
    enough.abort();
  }
}
