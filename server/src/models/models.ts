import type { Dispatcher } from 'undici';
import type { NameSelector } from '../access/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { openOutbound } from '../base/outbound/connections.ts';
import { Run } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import { currentPermit, type Storage } from '../storage/index.ts';
import type { Answer } from './answer/answer.ts';
import { tokensSoFar } from './answer/meter.ts';
import { Breakers } from './upstreams/breaker.ts';
import { Health } from './upstreams/health.ts';
import { Catalogue, type Route } from './upstreams/catalogue.ts';
import { forwardTo, refuseHopeless, type ForwardRequest } from './forward.ts';
import type { LocalModel } from './local/local-model.ts';
import { countLocally, type CountTokens } from './local/local-tokens.ts';
import { isChargeable, isLikelyChargeable } from './account/prices.ts';
import { coversName, mayUse, namesOf, routesWith, weightedOrder } from './upstreams/selection.ts';
import { StreamUsage } from './upstreams/stream-usage.ts';
import type { Target } from './upstreams/target.ts';
import { LOCAL_UPSTREAM } from './upstreams/upstream.ts';
import { REMOTE_UPSTREAM, type RemoteModels } from './upstreams/remote-models.ts';
import { StoredResponses } from './responses/stored-responses.ts';
import type { Account } from './account/account.ts';
import { Settlement } from './account/settlement.ts';
import { unpriced } from './account/unpriced.ts';
import { UpstreamTable } from './upstreams/upstream-table.ts';
import { noSuchModel, notYetKnown, noWorker, shown } from './unknown-model.ts';

/** A model as `GET /v1/models` shows it. */
export interface ModelView {
  /** The public name. */
  id: string;
  object: 'model';
  /** Seconds since 1970: when its first upstream was added. */
  created: number;
  /** The names of its upstreams, in alphabetical order. */
  owned_by: string;
  upstreams: number;
  /** Its other names: `upstream/name`. */
  qualified_names: string[];
}

export interface ModelsOptions {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  sealing: Sealing;
  audit: Audit;
  /** undefined: no local model. `module.ts` starts and stops it. */
  localModel?: LocalModel | undefined;
  /** Models of workers. */
  remoteModels?: RemoteModels | undefined;
}

/** Names that are searched for a similar one, and characters of the wrong name: the time grows with their product. */
const SUGGESTIONS_FROM_MAX = 300;
/** Shorter than the 5 s after which uvicorn closes an idle connection: a request must not meet a closing one. */
const IDLE_MS = 4_000;
const CONNECTIONS_PER_ORIGIN_MAX = 1_024;

/** The models of all upstreams, and requests to them. */
export class Models {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sealing: Sealing;
  readonly audit: Audit;
  readonly table: UpstreamTable;
  readonly responses: StoredResponses;
  /**
   * Kept-alive connections, HTTP/1.1, one request at a time on each: a stalled stream never blocks another. Redirects are not
   * followed, so that no upstream can send a request elsewhere.
   */
  readonly dispatcher: Dispatcher = openOutbound({
    policy: { kind: 'upstream' },
    pipelining: 1,
    keepAliveMs: IDLE_MS,
    connectionsPerOrigin: CONNECTIONS_PER_ORIGIN_MAX,
  });
  readonly health: Health;
  readonly #breakers: Breakers;
  readonly #streamUsage: StreamUsage;
  readonly #catalogue: Catalogue;
  readonly #localModel: LocalModel | undefined;
  readonly #remote: RemoteModels | undefined;

  constructor(options: ModelsOptions) {
    this.storage = options.storage;
    this.clock = options.clock;
    this.logger = options.logger;
    this.sealing = options.sealing;
    this.audit = options.audit;
    this.table = new UpstreamTable(options);
    this.responses = new StoredResponses(options, this.table);
    this.#breakers = new Breakers(options.clock);
    this.health = new Health(this.#breakers, options.clock);
    this.#streamUsage = new StreamUsage(options.clock);
    this.#localModel = options.localModel;
    options.localModel?.onReady(() => this.#breakers.recovered(LOCAL_UPSTREAM));
    this.#remote = options.remoteModels;
    this.#catalogue = new Catalogue(this, { local: options.localModel, remote: options.remoteModels });
  }

  /** All models, by name; with a selector only those it covers. Takes at most 3 s. */
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

  async findModel(name: string, selector?: NameSelector): Promise<ModelView | undefined> {
    const routes = (await this.#catalogue.routes(name)).filter((route) => mayUse(selector, route));
    return routes.length === 0 ? undefined : viewOf(routes[0]?.name ?? name, routes);
  }

  /**
   * Upstreams for a model in the order to try: by weighted chance, busy ones last. The error depends on the name and the selector
   * only, not on whether the model exists: a key must not learn which models others have. Guarded by foreign-things.test.ts.
   * @param pricedFor a path: money is counted, and only upstreams with a price for it are used.
   * @throws KeywardError `model_not_found`; `upstream_unavailable` if an upstream that may have it was never reached;
   * `forbidden_resource` for a name that the selector does not cover; `model_unpriced` if none of its upstreams has a price.
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
   * Sends a request to an upstream of its model. Counts on no account: only `paid` calls it.
   * @param resolved the result of `resolve`, if known.
   * @throws KeywardError `model_not_found`, `forbidden_resource`, `not_ready` (the local model),
   * `upstream_unavailable`, `upstream_timeout`; an upstream's own 4xx and 5xx are answers, not errors.
   */
  async forward(request: ForwardRequest, resolved?: Route[]): Promise<Answer> {
    const settlement = new Settlement(request, this.logger);
    let routes: readonly Route[] = [];
    try {
      routes = this.#readyOnly(
        resolved ?? (await this.resolve(request.model, request.selector, request.pricedFor)),
        request.path,
      );
      const context = {
        dispatcher: this.dispatcher,
        remote: this.#remote,
        breakers: this.#breakers,
        streamUsage: this.#streamUsage,
        responses: this.responses,
        logger: this.logger,
      };
      const run = request.permit ?? currentPermit();
      const stands = run?.stands();
      if (stands !== undefined) await stands;
      const { body } = request;
      if (run instanceof Run) run.asks(request.model, () => tokensSoFar(body), routes.map(namesOf));
      const answer = await forwardTo(context, routes, { request, settlement, permit: run });
      if (run instanceof Run)
        run.asks(answer.model, () => tokensSoFar(body, answer.seen), [namesOf(answer.route)]);
      return answer;
    } catch (error) {
      settlement.withoutAnswer(error, request.signal.aborted);
      // A crash of the local model during the request is reported like one before it.
      const isDown = error instanceof KeywardError && error.code === 'upstream_unavailable';
      throw isDown && routes.every(isLocal) ? (this.#localModel?.notReady() ?? error) : error;
    }
  }

  /**
   * Whether a request to the model could be sent now; nothing is sent.
   * @throws KeywardError as `resolve` and `forward`: why it could not.
   */
  async expectAnswer(model: string, path: string, account: Account): Promise<void> {
    const { selector, callerId, submitter, countsMoney } = account;
    const routes = this.#readyOnly(await this.resolve(model, selector, countsMoney ? path : undefined), path);
    refuseHopeless(routes, { breakers: this.#breakers, callerId, submitter });
  }

  /** Counts tokens, free of charge, as the local model of this name does. @returns undefined for others. @throws KeywardError */
  async localTokens(model: string): Promise<CountTokens | undefined> {
    const routes = this.#readyOnly(await this.resolve(model), '/embeddings');
    const [local, route] = [this.#localModel, routes.find(isLocal)];
    if (local === undefined || route === undefined) return undefined;
    return (texts) => countLocally(this.dispatcher, local, { model: route.upstreamModel, texts });
  }

  /** @returns a sentence while only the local model has this one, and is on its way. */
  async coming(model: string): Promise<string | undefined> {
    const [route, ...others] = await this.#catalogue.routes(model);
    if (route === undefined || ![route, ...others].every(isLocal)) return undefined;
    return this.#localModel?.coming(route.upstreamModel);
  }

  /** Models that a key with a budget in USD could not use. Does not wait for upstreams' lists. */
  unpricedModels(selector?: NameSelector): string[] {
    return this.#catalogue
      .current()
      .filter(({ routes }) => {
        const usable = routes.filter((route) => mayUse(selector, route));
        return usable.length > 0 && !usable.some(isLikelyChargeable);
      })
      .map(({ name }) => name);
  }

  /** Ends all connections and the requests on them. Idempotent. */
  async stop(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /** Routes that have this path, without the local model while it is down. @throws KeywardError `not_ready` if no other route is left. */
  #readyOnly(all: readonly Route[], path: string): readonly Route[] {
    const routes = routesWith(path, all);
    const unready = routes
      .filter(isLocal)
      .map((route) => this.#localModel?.unready(route.upstreamModel))
      .find((error) => error !== undefined);
    if (unready === undefined) return routes;
    const others = routes.filter((route) => !isLocal(route));
    if (others.length === 0) throw unready;
    return others;
  }

  /** Whether an upstream was never reached: its models are not known yet. */
  get isIncomplete(): boolean {
    return this.#catalogue.unlisted().length > 0;
  }

  async #unpriced(
    model: string,
    request: { path: string; routes: readonly Route[]; selector: NameSelector | undefined },
  ): Promise<KeywardError> {
    const { path, routes, selector } = request;
    const all = await this.#catalogue.routes(routes[0]?.name ?? model);
    const others = all.filter((route) => mayUse(selector, route) && isChargeable(route, path));
    return unpriced({ model, path, routes, others });
  }

  async #unknown(model: string, selector: NameSelector | undefined): Promise<KeywardError> {
    if (this.#catalogue.unlisted().some((target) => mayHave(target, model, selector)))
      return notYetKnown(model);
    if (
      this.#remote?.wasThere(model.slice(model.startsWith(REMOTE_PREFIX) ? REMOTE_PREFIX.length : 0)) === true
    )
      return noWorker(model);
    const visible = (await this.listModels(selector)).slice(0, SUGGESTIONS_FROM_MAX);
    return noSuchModel(
      model,
      visible.map(({ id }) => id),
    );
  }
}

/** Whether the selector would cover the model at an upstream whose models are not known. */
function mayHave(target: Target, model: string, selector: NameSelector | undefined): boolean {
  const prefix = `${target.name}/`;
  const name = model.startsWith(prefix) ? model.slice(prefix.length) : model;
  return mayUse(selector, { name, qualifiedName: `${prefix}${name}` });
}

const REMOTE_PREFIX = `${REMOTE_UPSTREAM}/`;

const isLocal = (route: Route): boolean => route.target.id === LOCAL_UPSTREAM;

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
