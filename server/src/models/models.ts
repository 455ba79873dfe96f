import type { Dispatcher } from 'undici';
import type { NameSelector } from '../access/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { nearest } from '../base/nearest.ts';
import { Run } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import { currentPermit, type Storage } from '../storage/index.ts';
import type { Answer } from './answer/answer.ts';
import { Breakers } from './upstreams/breaker.ts';
import { Catalogue, type Route } from './upstreams/catalogue.ts';
import { openConnections } from './upstreams/connections.ts';
import type { UpstreamContext } from './context.ts';
import { forwardTo, type ForwardRequest } from './forward.ts';
import type { LocalModel } from './local/local-model.ts';
import { isChargeable, isLikelyChargeable } from './account/prices.ts';
import { coversName, mayUse, weightedOrder } from './upstreams/selection.ts';
import { tokensSoFar } from './answer/so-far.ts';
import type { Target } from './upstreams/target.ts';
import { LOCAL_UPSTREAM } from './upstreams/upstream.ts';
import { Settlement } from './account/settlement.ts';
import { unpriced } from './account/unpriced.ts';
import { UpstreamTable } from './upstreams/upstream-table.ts';

/** A model as `GET /v1/models` shows it. */
export interface ModelView {
  /** The public name. */
  id: string;
  object: 'model';
  /** Seconds since 1970: when its first upstream was added. */
  created: number;
  /** The names of its upstreams, in alphabetical order. */
  owned_by: string;
  /** How many upstreams serve it. */
  upstreams: number;
  /** The other names it can be asked for by: `upstream/name`. */
  qualified_names: string[];
}

export interface ModelsOptions extends Omit<UpstreamContext, 'table'> {
  /** undefined: no local model. Its life is `app.ts`'s. */
  localModel?: LocalModel | undefined;
}

/** Names looked through for a near one, and how much of the wrong one: comparing costs their product. */
const SUGGESTIONS_FROM_MAX = 300;
const COMPARED_MAX_CHARACTERS = 64;

/** Which models there are, where, and requests on their way to them. */
export class Models implements UpstreamContext {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sealing: Sealing;
  readonly audit: Audit;
  readonly table: UpstreamTable;
  readonly dispatcher: Dispatcher = openConnections();
  readonly #breakers: Breakers;
  readonly #catalogue: Catalogue;
  readonly #localModel: LocalModel | undefined;

  constructor(options: ModelsOptions) {
    this.storage = options.storage;
    this.clock = options.clock;
    this.logger = options.logger;
    this.sealing = options.sealing;
    this.audit = options.audit;
    this.table = new UpstreamTable(options);
    this.#breakers = new Breakers(options.clock);
    this.#localModel = options.localModel;
    options.localModel?.onReady(() => this.#breakers.recovered(LOCAL_UPSTREAM));
    this.#catalogue = new Catalogue({
      table: this.table,
      dispatcher: this.dispatcher,
      clock: options.clock,
      logger: options.logger,
      localModel: options.localModel,
    });
  }

  /** All models, by name; with a selector only those it covers. At most 3 s, whatever upstreams do. */
  async listModels(selector?: NameSelector): Promise<ModelView[]> {
    const models = await this.#catalogue.all();
    return models.flatMap(({ name, routes }) => {
      const usable = routes.filter((route) => mayUse(selector, route));
      return usable.length === 0 ? [] : [viewOf(name, usable)];
    });
  }

  /** One model by its plain or a qualified name. @throws KeywardError `model_not_found`; also outside the selector; `upstream_unavailable`. */
  async getModel(name: string, selector?: NameSelector): Promise<ModelView> {
    const found = await this.findModel(name, selector);
    if (found === undefined) throw await this.#unknown(name, selector);
    return found;
  }

  /** The same, undefined where there is none. */
  async findModel(name: string, selector?: NameSelector): Promise<ModelView | undefined> {
    const routes = (await this.#catalogue.routes(name)).filter((route) => mayUse(selector, route));
    return routes.length === 0 ? undefined : viewOf(routes[0]?.name ?? name, routes);
  }

  /**
   * Upstreams for a model in the order to try: those that work by weighted chance, busy ones after them.
   * Where none is left, the answer depends on the name and the selector alone, not on whether there is such a model:
   * a key must not learn which models others have. Guarded by foreign-things.test.ts.
   * @param pricedFor a path: money is counted, and only upstreams with a price for it are used.
   * @throws KeywardError `model_not_found`; `upstream_unavailable` where an upstream that may have it was never reached;
   * `forbidden_resource` for a name that the selector does not cover; `model_unpriced` where money is counted and none of
   * its upstreams has a price.
   */
  async resolve(model: string, selector?: NameSelector, pricedFor?: string): Promise<Route[]> {
    const routes = this.#catalogue.routes(model);
    const known = routes instanceof Promise ? await routes : routes;
    const covered = selector === undefined ? known : known.filter((route) => mayUse(selector, route));
    if (covered.length === 0) {
      if (coversName(selector, model)) throw await this.#unknown(model, selector);
      throw new KeywardError('forbidden_resource', `The key does not cover the model ${shown(model)}.`);
    }
    const allowed =
      pricedFor === undefined ? covered : covered.filter((route) => isChargeable(route, pricedFor));
    if (allowed.length === 0 && pricedFor !== undefined)
      throw await this.#unpriced(model, { path: pricedFor, routes: covered, selector });
    const order = weightedOrder(allowed, (route) => route.target.weight);
    if (order.length === 1) return order;
    const busy = (route: Route) => this.#breakers.isBusy(route.line);
    return [...order.filter((route) => !busy(route)), ...order.filter(busy)];
  }

  /**
   * Sends a request to an upstream of its model and gives back the answer as it comes. On nobody's account: called by `paid`
   * alone, see there.
   * @param resolved what `resolve` gave for it, where that was asked already.
   * @throws KeywardError `model_not_found`, `forbidden_resource`, `not_ready` (the local model),
   * `upstream_unavailable`, `upstream_timeout`; an upstream's own 4xx and 5xx are answers, not errors.
   */
  async forward(request: ForwardRequest, resolved?: Route[]): Promise<Answer> {
    const settlement = new Settlement(request, this.logger);
    let routes: Route[] = [];
    try {
      routes = this.#readyOnly(
        resolved ?? (await this.resolve(request.model, request.selector, request.pricedFor)),
      );
      const context = { dispatcher: this.dispatcher, breakers: this.#breakers, logger: this.logger };
      const run = request.permit ?? currentPermit();
      const standing = run?.stands();
      if (standing !== undefined) await standing;
      const answer = await forwardTo(context, routes, { request, settlement });
      if (run instanceof Run) run.asks(answer.model, () => tokensSoFar(request, answer.seen));
      return answer;
    } catch (error) {
      settlement.withoutAnswer(error, request.signal.aborted);
      // A crash of the local model under the request is told like one before it.
      const isDown = error instanceof KeywardError && error.code === 'upstream_unavailable';
      throw isDown && routes.every(isLocal) ? (this.#localModel?.notReady() ?? error) : error;
    }
  }

  /**
   * What to tell about a key with a budget in USD: the models that it would be refused. Of what is known right now: nobody waits
   * for an upstream's list.
   */
  unpricedModels(selector?: NameSelector): string[] {
    return this.#catalogue
      .current()
      .filter(({ routes }) => {
        const usable = routes.filter((route) => mayUse(selector, route));
        return usable.length > 0 && !usable.some(isLikelyChargeable);
      })
      .map(({ name }) => name);
  }

  /** Ends all connections; what is under way is cut off. Twice is fine. */
  async stop(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /** Without the local model while it is down, unless there is nothing else. @throws KeywardError `not_ready`. */
  #readyOnly(routes: Route[]): Route[] {
    const unready = routes
      .filter(isLocal)
      .map((route) => this.#localModel?.unready(route.upstreamModel))
      .find((error) => error !== undefined);
    if (unready === undefined) return routes;
    const others = routes.filter((route) => !isLocal(route));
    if (others.length === 0) throw unready;
    return others;
  }

  /** Whether an upstream was never reached, so that there may be models that nobody knows of yet. */
  get isIncomplete(): boolean {
    return this.#catalogue.unlisted().length > 0;
  }

  async #unpriced(
    model: string,
    {
      path,
      routes,
      selector,
    }: { path: string; routes: readonly Route[]; selector: NameSelector | undefined },
  ): Promise<KeywardError> {
    const all = await this.#catalogue.routes(routes[0]?.name ?? model);
    const others = all.filter((route) => mayUse(selector, route) && isChargeable(route, path));
    return unpriced({ model, path, routes, others });
  }

  async #unknown(model: string, selector: NameSelector | undefined): Promise<KeywardError> {
    if (this.#catalogue.unlisted().some((target) => mayHave(target, model, selector)))
      return notYetKnown(model);
    const visible = (await this.listModels(selector)).slice(0, SUGGESTIONS_FROM_MAX);
    const near = nearest(
      model.slice(0, COMPARED_MAX_CHARACTERS),
      visible.map(({ id }) => id),
    );
    return new KeywardError('model_not_found', `The model ${shown(model)} does not exist.`, {
      hint:
        near === ''
          ? 'No models are configured yet. Add an upstream: keyward upstreams add.'
          : `Did you mean ${near}? GET /v1/models lists all models.`,
    });
  }
}

/** Whether a model of this name at an upstream whose models are not known could be used. */
function mayHave(target: Target, model: string, selector: NameSelector | undefined): boolean {
  const prefix = `${target.name}/`;
  const name = model.startsWith(prefix) ? model.slice(prefix.length) : model;
  return mayUse(selector, { name, qualifiedName: `${prefix}${name}` });
}

/** Not "does not exist": clients take that for an answer that lasts. */
function notYetKnown(model: string): KeywardError {
  return new KeywardError(
    'upstream_unavailable',
    `Keyward does not know yet whether the model ${shown(model)} exists.`,
    {
      status: 503,
      hint: 'An upstream that may have it was not reached yet. Try again in a few seconds. GET /v1/models lists the known models.',
      headers: { 'retry-after': '5' },
    },
  );
}

function isLocal(route: Route): boolean {
  return route.target.id === LOCAL_UPSTREAM;
}

function shown(model: string): string {
  return JSON.stringify(model.slice(0, 100));
}

function viewOf(name: string, routes: readonly Route[]): ModelView {
  const upstreams = [...new Set(routes.map((route) => route.target.name))].sort();
  return {
    id: name,
    object: 'model',
    created: Math.floor(Math.min(...routes.map((route) => route.target.createdMs)) / 1_000),
    owned_by: upstreams.join(', '),
    upstreams: upstreams.length,
    qualified_names: routes.map((route) => route.qualifiedName),
  };
}
