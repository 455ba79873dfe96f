import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, NameSelector } from '../../access/index.ts';
import { Every } from '../../base/every.ts';
import { KeywardError } from '../../base/errors.ts';
import { Together } from '../../storage/index.ts';
import type { ModelsOptions } from '../models.ts';
import type { Route } from '../upstreams/catalogue.ts';
import { routeTo } from '../upstreams/catalogue.ts';
import { coversName, mayUse } from '../upstreams/selection.ts';
import type { UpstreamTable } from '../upstreams/upstream-table.ts';
import * as store from './response-store.ts';
import type { StoredResponse } from './response-store.ts';

const DAY_MS = 86_400_000;
/** OpenAI deletes them after this time. */
const KEPT_MS = 30 * DAY_MS;
const CLEAN_EVERY_MS = 3_600_000;
const SLICE = 500;

interface Reader {
  callerId: string;
  selector: NameSelector | undefined;
}

/** A stored response with the way to it. */
export interface FoundResponse {
  stored: StoredResponse;
  route: Route;
}

/**
 * Which owner may use which response that is stored at an upstream: there all of them are this server's. An id is written down
 * before its caller sees it, and one that is not written down is used by nobody. Guarded by openai/responses/stored-responses.test.ts.
 */
export class StoredResponses {
  readonly #options: Pick<ModelsOptions, 'storage' | 'clock' | 'logger' | 'audit'>;
  readonly #table: UpstreamTable;
  readonly #writes: Together<StoredResponse, undefined>;
  readonly cleaning = new Every(CLEAN_EVERY_MS, () => this.#clean());

  constructor(options: Pick<ModelsOptions, 'storage' | 'clock' | 'logger' | 'audit'>, table: UpstreamTable) {
    this.#options = options;
    this.#table = table;
    this.#writes = new Together(options.storage, async (tx, rows) => {
      await store.insertResponses(tx, rows);
      return rows.map(() => undefined);
    });
  }

  /** Resolves when it survives a power cut. @throws KeywardError where the permit of the request was withdrawn. */
  async remember(response: Omit<StoredResponse, 'created_at' | 'expires_at'>): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    await this.#writes.add({ ...response, created_at: nowMs, expires_at: nowMs + KEPT_MS });
  }

  /**
   * @throws KeywardError `not_found`, the same for an id that nobody has, that another owner has, and whose model the key does not
   * cover; `upstream_unavailable` where its upstream is gone.
   */
  async find({ callerId, selector }: Reader, id: string): Promise<FoundResponse> {
    const { storage, clock } = this.#options;
    const stored =
      callerId === ''
        ? undefined
        : await store.findResponse(storage.db, { id, ownerId: callerId, nowMs: clock.nowMs() });
    if (stored === undefined) throw notStored();
    await this.#table.refresh();
    const target = this.#table.targets.find((one) => one.id === stored.upstream_id);
    const { model } = stored;
    if (target === undefined) throw coversName(selector, model) ? upstreamGone() : notStored();
    const route = routeTo(target, model, target.models.get(model) ?? model);
    if (!mayUse(selector, route)) throw notStored();
    return { stored, route };
  }

  /** It was deleted at its upstream. */
  async forget({ id, upstream_id }: StoredResponse, actor: Actor): Promise<void> {
    await this.#options.audit.change(actor, async (tx) => {
      await store.deleteResponse(tx, { id, upstream_id });
      return { result: undefined, entry: { action: 'responses.delete', target: id } };
    });
  }

  /** @returns true once, for a background response whose usage was not counted yet. Never rejects. */
  async countsNow(stored: StoredResponse): Promise<boolean> {
    if (stored.is_counted === 1) return false;
    try {
      return await this.#options.storage.transaction((tx) => store.countResponse(tx, stored));
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the usage of a background response was not counted');
      return false;
    }
  }

  async #clean(): Promise<void> {
    const { storage, clock, logger } = this.#options;
    try {
      const slice = () =>
        storage.transaction((tx) => store.deleteExpired(tx, clock.nowMs(), SLICE), { durable: false });
      while ((await slice()) === SLICE) await sleep(1);
    } catch (error) {
      logger.warn({ err: error }, 'expired ids of responses were not deleted');
    }
  }
}

const notStored = (): KeywardError =>
  new KeywardError('not_found', 'There is no stored response with this id.', {
    hint: 'Keyward finds responses that a key of the same owner created here in the last 30 days, if the key covers their model. The local model and models of workers have no Responses API.',
  });

const upstreamGone = (): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    'The upstream that has this response is disabled or was removed.',
    {
      status: 503,
      hint: 'An administrator of upstreams can enable it. Otherwise send the conversation in input.',
    },
  );
