import { isoTime } from '../../base/clock.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Actor } from '../../access/index.ts';
import type { Entry } from '../../audit/index.ts';
import { pageOf, readPlace, type Page } from '../../base/page.ts';
import type { Db } from '../../storage/index.ts';
import type { Models } from '../models.ts';
import { apiKeyContext, headersContext } from './target.ts';
import type { PriceTable } from '../account/prices.ts';
import { warningsOf } from '../account/unpriced.ts';
import { apiKeyHint, checkUpstream } from './upstream.ts';
import type { ModelEntry, UpstreamInput, UpstreamView } from './upstream.ts';
import * as store from './upstream-store.ts';
import type { UpstreamRow } from './upstream-store.ts';

const UPSTREAMS_MAX = 1_000;
const LIST_DEFAULT = 50;
const LIST_MAX = 200;

/** @throws KeywardError `invalid_input`, `conflict` if the name is in use. */
export async function addUpstream(models: Models, input: UpstreamInput, actor: Actor): Promise<UpstreamView> {
  const row = await models.audit.change(actor, (tx) => addIn(models, tx, input));
  await models.table.reload();
  return viewOf(row);
}

async function addIn(models: Models, tx: Db, input: UpstreamInput): Promise<Changed> {
  const checked = checkUpstream(input);
  const row = withInput(models, emptyRow(newId('up'), models.clock.nowMs()), checked);
  if ((await store.countRows(tx)) >= UPSTREAMS_MAX) {
    throw new KeywardError(
      'conflict',
      `There are already ${UPSTREAMS_MAX} upstreams, the maximum. Remove one first.`,
    );
  }
  if (!(await store.insertUpstream(tx, row))) throw nameTaken(row.name);
  return { result: row, entry: entryOf('upstreams.add', row, checked) };
}

interface UpstreamChange {
  id: string;
  input: Partial<UpstreamInput>;
  ifRevision?: number;
}

/**
 * Changes the given fields only.
 * @param ifRevision refuse (`precondition_failed`) if it has another revision.
 * @throws KeywardError `not_found`, `invalid_input`, `conflict`, `precondition_failed`.
 */
export async function updateUpstream(
  models: Models,
  change: UpstreamChange,
  actor: Actor,
): Promise<UpstreamView> {
  const row = await models.audit.change(actor, (tx) => updateIn(models, tx, change));
  await models.table.reload();
  return viewOf(row);
}

async function updateIn(models: Models, tx: Db, change: UpstreamChange): Promise<Changed> {
  const checked = checkUpstream(change.input);
  const before = await locked(tx, change);
  refuseKeyToAnotherHost(before, checked);
  const after = {
    ...withInput(models, before, checked),
    updated_at: models.clock.nowMs(),
    revision: before.revision + 1,
  };
  if (after.name !== before.name && (await store.findByName(tx, after.name)) !== undefined)
    throw nameTaken(after.name);
  await store.updateRow(tx, after);
  return { result: after, entry: entryOf('upstreams.update', after, checked) };
}

/**
 * Adds an upstream or changes the one of this name, in the caller's transaction. The caller reloads `models.table` after it.
 * @throws KeywardError `invalid_input`, `conflict`
 */
export async function putUpstream(
  models: Models,
  tx: Db,
  { input, actor }: { input: UpstreamInput; actor: Actor },
): Promise<void> {
  const present = await store.findByName(tx, input.name);
  const { entry } = await (present === undefined
    ? addIn(models, tx, input)
    : updateIn(models, tx, { id: present.id, input }));
  await models.audit.record(tx, actor, entry);
}

export async function findUpstream(db: Db, name: string): Promise<UpstreamView | undefined> {
  const row = await store.findByName(db, name);
  return row && viewOf(row);
}

/** @throws KeywardError `not_found`, `precondition_failed`. */
export async function removeUpstream(
  models: Models,
  change: Omit<UpstreamChange, 'input'>,
  actor: Actor,
): Promise<void> {
  await models.audit.change(actor, async (tx) => {
    const row = await locked(tx, change);
    await store.deleteRow(tx, row.id);
    return { result: undefined, entry: entryOf('upstreams.remove', row, {}) };
  });
  models.health.forget(change.id);
  await models.table.reload();
}

/** @throws KeywardError `not_found`. */
export const getUpstream = async ({ storage }: Models, id: string): Promise<UpstreamView> =>
  viewOf(known(await store.findRow(storage.db, id), id));

/** Newest first. @param page `limit` 1 to 200, default 50; `cursor` from the page before. */
export async function listUpstreams(
  { storage }: Models,
  page: { limit?: number; cursor?: string } = {},
): Promise<Page<UpstreamView>> {
  const limit = Math.min(Math.max(page.limit ?? LIST_DEFAULT, 1), LIST_MAX);
  const after = readPlace(page.cursor);
  const rows = await store.pageOfRows(storage.db, { limit: limit + 1, after });
  const { items, next_cursor } = pageOf(rows, limit, (row) => [row.created_at, row.id]);
  return { items: items.map(viewOf), next_cursor };
}

/**
 * A key that may change upstreams could otherwise have an upstream's key, which it cannot read, sent to another host.
 * Guarded by upstreams.test.ts.
 */
function refuseKeyToAnotherHost(before: UpstreamRow, input: Partial<UpstreamInput>): void {
  if (input.base_url === undefined) return;
  if (new URL(input.base_url).origin === new URL(before.base_url).origin) return;
  if (before.api_key !== null && input.api_key === undefined) {
    throw invalidField('api_key', 'must be sent again (or null) if base_url changes to another host');
  }
  if (before.headers !== null && input.headers === undefined) {
    throw invalidField('headers', 'must be sent again if base_url changes to another host');
  }
}

async function locked(tx: Db, { id, ifRevision }: Omit<UpstreamChange, 'input'>): Promise<UpstreamRow> {
  const row = known(await store.lockRow(tx, id), id);
  if (ifRevision !== undefined && ifRevision !== row.revision) {
    throw new KeywardError('precondition_failed', 'The upstream has changed since it was read.', {
      hint: 'Read it again and repeat the change.',
    });
  }
  return row;
}

/** @throws KeywardError `not_found` */
export function known(row: UpstreamRow | undefined, id: string): UpstreamRow {
  if (row === undefined) throw new KeywardError('not_found', `There is no upstream ${id.slice(0, 40)}.`);
  return row;
}

function nameTaken(name: string): KeywardError {
  return new KeywardError('conflict', `An upstream named ${name} exists already.`, {
    hint: 'Update that upstream, or choose another name. GET /v1/upstreams lists all.',
    errors: [{ field: 'name', message: 'is in use by another upstream' }],
  });
}

interface Changed {
  result: UpstreamRow;
  entry: Entry;
}

/** The names of the changed fields, not their values: `api_key` and `headers` are secrets. */
function entryOf(action: string, row: UpstreamRow, changed: Partial<UpstreamInput>): Entry {
  const { name, base_url, enabled } = row;
  const details = { name, base_url, enabled: enabled === 1, changed: Object.keys(changed) };
  return { action, target: row.id, details };
}

function emptyRow(id: string, nowMs: number): UpstreamRow {
  return {
    id,
    name: '',
    base_url: '',
    api_key: null,
    api_key_hint: null,
    models: '[]',
    timeout_seconds: 600,
    weight: 1,
    prices: '{}',
    unpriced: 'refuse',
    headers: null,
    header_names: '[]',
    enabled: 1,
    created_at: nowMs,
    updated_at: nowMs,
    revision: 1,
  };
}

function withInput({ sealing }: Models, row: UpstreamRow, input: Partial<UpstreamInput>): UpstreamRow {
  const { name = row.name, base_url = row.base_url, weight = row.weight, unpriced = row.unpriced } = input;
  const { timeout_seconds = row.timeout_seconds, models, prices, enabled, api_key: key, headers } = input;
  const changed = { ...row, name, base_url, weight, unpriced, timeout_seconds };
  if (models !== undefined) changed.models = JSON.stringify(models);
  if (prices !== undefined) changed.prices = JSON.stringify(prices);
  if (enabled !== undefined) changed.enabled = enabled ? 1 : 0;
  if (key !== undefined) {
    changed.api_key = key === null ? null : sealing.seal(key, apiKeyContext(row.id));
    changed.api_key_hint = key === null ? null : apiKeyHint(key);
  }
  if (headers !== undefined) {
    const names = Object.keys(headers);
    changed.header_names = JSON.stringify(names);
    changed.headers =
      names.length === 0 ? null : sealing.seal(JSON.stringify(headers), headersContext(row.id));
  }
  return changed;
}

function viewOf(row: UpstreamRow): UpstreamView {
  const { id, name, base_url, api_key_hint, timeout_seconds, weight, unpriced, revision } = row;
  const models = JSON.parse(row.models) as ModelEntry[];
  const prices = JSON.parse(row.prices) as PriceTable;
  return {
    id,
    name,
    base_url,
    has_api_key: row.api_key !== null,
    api_key_hint,
    models,
    timeout_seconds,
    weight,
    prices,
    unpriced,
    headers: JSON.parse(row.header_names) as string[],
    enabled: row.enabled === 1,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
    revision,
    warnings: warningsOf({ name, models, prices, unpriced }),
  };
}
