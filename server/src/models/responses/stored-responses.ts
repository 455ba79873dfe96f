import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, NameSelector } from '../../access/index.ts';
import { Every } from '../../base/every.ts';
import { KeywardError } from '../../base/errors.ts';
import { Together } from '../../storage/index.ts';
import type { ModelsOptions } from '../models.ts';
import { routeTo, type Route } from '../upstreams/catalogue.ts';
import { coversName, mayUse } from '../upstreams/selection.ts';
import type { Target } from '../upstreams/target.ts';
import type { UpstreamTable } from '../upstreams/upstream-table.ts';
import type { Reference } from './references.ts';
import * as store from './response-store.ts';
import type { StoredResponse } from './response-store.ts';
import { isId, type StoredIds } from './stored-ids.ts';

/** OpenAI deletes them after this time. */
const KEPT_MS = 30 * 86_400_000;
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

export type Whose = Pick<StoredResponse, 'upstream_id' | 'owner_id' | 'key_id' | 'model'>;

type Options = Pick<ModelsOptions, 'storage' | 'clock' | 'logger' | 'audit'>;

/**
 * Which owner may use which response that is stored at an upstream: there all of them are this server's. An id is written down
 * before its caller sees it, and one that is not written down is used by nobody. Guarded by openai/responses/stored-responses.test.ts.
 */
export class StoredResponses {
  readonly #options: Options;
  readonly #table: UpstreamTable;
  readonly #writes: Together<readonly StoredResponse[], undefined>;
  readonly cleaning = new Every(CLEAN_EVERY_MS, () => this.#clean());

  constructor(options: Options, table: UpstreamTable) {
    this.#options = options;
    this.#table = table;
    this.#writes = new Together(options.storage, async (tx, lists) => {
      await store.insertResponses(tx, lists.flat());
      return lists.map(() => undefined);
    });
  }

  /**
   * Resolves when the ids survive a power cut.
   * @param isRead they may be known: most answers to a GET have nothing new.
   * @throws KeywardError where the permit of the request was withdrawn.
   */
  async remember(
    { responseId, itemIds }: StoredIds,
    { isBackground, isRead, ...whose }: Whose & { isBackground: boolean; isRead: boolean },
  ): Promise<void> {
    const { storage, clock } = this.#options;
    const nowMs = clock.nowMs();
    const common = { ...whose, response_id: responseId, created_at: nowMs, expires_at: nowMs + KEPT_MS };
    const rows = [
      { ...common, id: responseId, is_counted: isBackground ? 0 : 1 },
      ...itemIds.map((id) => ({ ...common, id, is_counted: 1 })),
    ];
    const known = isRead
      ? await store.findResponses(storage.db, {
          ids: rows.map(({ id }) => id),
          ownerId: whose.owner_id,
          nowMs,
        })
      : [];
    const fresh = rows.filter(
      (row) => !known.some(({ id, upstream_id }) => id === row.id && upstream_id === row.upstream_id),
    );
    if (fresh.length > 0) await this.#writes.add(fresh);
  }

  /**
   * @throws KeywardError `not_found`, the same for an id that nobody has, that another owner has, and whose model the key does not
   * cover; `upstream_unavailable` where its upstream is gone.
   */
  async find(reader: Reader, id: string): Promise<FoundResponse> {
    const rows = await this.#rowsOf(reader, [id]);
    const stored = rows.find((row) => row.response_id === id);
    if (stored === undefined) throw notStored();
    return { stored, route: await this.#routeTo(reader, stored, notStored) };
  }

  /** The upstreams that have all of these. @throws KeywardError as `find`, naming the member */
  async upstreamsOf(reader: Reader, references: readonly Reference[]): Promise<Target[]> {
    const rows = await this.#rowsOf(
      reader,
      references.map(({ id }) => id),
    );
    const targets = new Set<Target>();
    for (const { id, field } of references) {
      const missing = (): KeywardError => notStored(field);
      const stored = rows.find((row) => row.id === id);
      if (stored === undefined) throw missing();
      targets.add((await this.#routeTo(reader, stored, missing)).target);
    }
    return [...targets];
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

  #rowsOf({ callerId: ownerId }: Reader, ids: readonly string[]): Promise<StoredResponse[]> | [] {
    const { storage, clock } = this.#options;
    return ownerId === '' || !ids.every(isId)
      ? []
      : store.findResponses(storage.db, { ids, ownerId, nowMs: clock.nowMs() });
  }

  async #routeTo(
    { selector }: Reader,
    { upstream_id, model }: StoredResponse,
    refusal: () => KeywardError,
  ): Promise<Route> {
    await this.#table.refresh();
    const target = this.#table.targets.find(({ id }) => id === upstream_id);
    if (target === undefined) throw coversName(selector, model) ? upstreamGone() : refusal();
    const route = routeTo(target, model, target.models.get(model) ?? model);
    if (!mayUse(selector, route)) throw refusal();
    return route;
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

const WHOSE =
  'Keyward finds what a key of the same owner created here in the last 30 days, if the key covers its model. The local model and models of workers have no Responses API.';

/** @param field the member that names it. */
function notStored(field?: string): KeywardError {
  const what = field === undefined || field === 'previous_response_id' ? 'response' : 'item of a response';
  const message = `There is no stored ${what} with this id.`;
  const errors = field === undefined ? {} : { errors: [{ field, message }] };
  return new KeywardError('not_found', message, { hint: WHOSE, ...errors });
}

const upstreamGone = (): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    'The upstream that has this response is disabled or was removed.',
    {
      status: 503,
      hint: 'An administrator of upstreams can enable it. Otherwise send the conversation in input.',
    },
  );
