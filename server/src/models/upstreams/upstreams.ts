import { isoTime } from '../../base/clock.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Actor } from '../../access/index.ts';
import type { Entry } from '../../audit/index.ts';
import { pageOf, readPlace, type Page } from '../../base/page.ts';
import type { Db } from '../../storage/index.ts';
import type { UpstreamContext } from '../context.ts';
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

/** @throws KeywardError `invalid_input`, `conflict` where the name is taken. */
export async function addUpstream(
  context: UpstreamContext,
  input: UpstreamInput,
  actor: Actor,
): Promise<UpstreamView> {
  const row = await context.audit.change(actor, (tx) => addIn(context, tx, input));
  await context.table.reload();
  return viewOf(row);
}

async function addIn(context: UpstreamContext, tx: Db, input: UpstreamInput): Promise<Changed> {
  const checked = checkUpstream(input);
  const row = withInput(context, emptyRow(newId('up'), context.clock.nowMs()), checked);
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
 * @param ifRevision refuse (`precondition_failed`) when it was changed meanwhile.
 * @throws KeywardError `not_found`, `invalid_input`, `conflict`, `precondition_failed`.
 */
export async function updateUpstream(
  context: UpstreamContext,
  change: UpstreamChange,
  actor: Actor,
): Promise<UpstreamView> {
  const row = await context.audit.change(actor, (tx) => updateIn(context, tx, change));
  await context.table.reload();
  return viewOf(row);
}

async function updateIn(context: UpstreamContext, tx: Db, change: UpstreamChange): Promise<Changed> {
  const checked = checkUpstream(change.input);
  const before = await locked(tx, change);
  refuseKeyToAnotherHost(before, checked);
  const after = {
    ...withInput(context, before, checked),
    updated_at: context.clock.nowMs(),
    revision: before.revision + 1,
  };
  if (after.name !== before.name && (await store.isNameTaken(tx, after.name, after.id)))
    throw nameTaken(after.name);
  await store.updateRow(tx, after);
  return { result: after, entry: entryOf('upstreams.update', after, checked) };
}

/**
 * Adds an upstream or changes the one of this name, in a transaction of the caller's, who reloads `context.table` after it.
 * @throws KeywardError `invalid_input`, `conflict`
 */
export async function putUpstream(
  context: UpstreamContext,
  tx: Db,
  { input, actor }: { input: UpstreamInput; actor: Actor },
): Promise<void> {
  const present = await store.findByName(tx, input.name);
  const { entry } = await (present === undefined
    ? addIn(context, tx, input)
    : updateIn(context, tx, { id: present.id, input }));
  await context.audit.record(tx, actor, entry);
}

export async function findUpstream(db: Db, name: string): Promise<UpstreamView | undefined> {
  const row = await store.findByName(db, name);
  return row && viewOf(row);
}

/** @throws KeywardError `not_found`, `precondition_failed`. */
export async function removeUpstream(
  context: UpstreamContext,
  change: { id: string; ifRevision?: number },
  actor: Actor,
): Promise<void> {
  await context.audit.change(actor, async (tx) => {
    const row = await locked(tx, change);
    await store.deleteRow(tx, row.id);
    return { result: undefined, entry: entryOf('upstreams.remove', row, {}) };
  });
  await context.table.reload();
}

/** @throws KeywardError `not_found`. */
export async function getUpstream(context: UpstreamContext, id: string): Promise<UpstreamView> {
  const row = await store.findRow(context.storage.db, id);
  if (row === undefined) throw unknown(id);
  return viewOf(row);
}

/** Newest first. @param page `limit` 1 to 200, default 50; `cursor` from the page before. */
export async function listUpstreams(
  context: UpstreamContext,
  page: { limit?: number; cursor?: string } = {},
): Promise<Page<UpstreamView>> {
  const limit = Math.min(Math.max(page.limit ?? LIST_DEFAULT, 1), LIST_MAX);
  const after = readPlace(page.cursor);
  const rows = await store.pageOfRows(context.storage.db, { limit: limit + 1, after });
  const { items, next_cursor } = pageOf(rows, limit, (row) => [row.created_at, row.id]);
  return { items: items.map(viewOf), next_cursor };
}

/**
 * Who may change an upstream but never saw its key could otherwise have the key sent to a host of their own.
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

async function locked(
  tx: Db,
  { id, ifRevision }: { id: string; ifRevision?: number | undefined },
): Promise<UpstreamRow> {
  const row = await store.lockRow(tx, id);
  if (row === undefined) throw unknown(id);
  if (ifRevision !== undefined && ifRevision !== row.revision) {
    throw new KeywardError('precondition_failed', 'The upstream has changed since it was read.', {
      hint: 'Read it again and repeat the change.',
    });
  }
  return row;
}

function unknown(id: string): KeywardError {
  return new KeywardError('not_found', `There is no upstream ${id.slice(0, 40)}.`);
}

function nameTaken(name: string): KeywardError {
  return new KeywardError('conflict', `An upstream named ${name} exists already.`, {
    errors: [{ field: 'name', message: 'is taken' }],
  });
}

interface Changed {
  result: UpstreamRow;
  entry: Entry;
}

/** Which fields were changed, not to what: values of `api_key` and `headers` are secrets. */
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

function withInput(
  { sealing }: Pick<UpstreamContext, 'sealing'>,
  row: UpstreamRow,
  input: Partial<UpstreamInput>,
): UpstreamRow {
  const changed = { ...row };
  if (input.name !== undefined) changed.name = input.name;
  if (input.base_url !== undefined) changed.base_url = input.base_url;
  if (input.models !== undefined) changed.models = JSON.stringify(input.models);
  if (input.timeout_seconds !== undefined) changed.timeout_seconds = input.timeout_seconds;
  if (input.weight !== undefined) changed.weight = input.weight;
  if (input.prices !== undefined) changed.prices = JSON.stringify(input.prices);
  if (input.unpriced !== undefined) changed.unpriced = input.unpriced;
  if (input.enabled !== undefined) changed.enabled = input.enabled ? 1 : 0;
  if (input.api_key !== undefined) {
    const key = input.api_key;
    changed.api_key = key === null ? null : sealing.seal(key, apiKeyContext(row.id));
    changed.api_key_hint = key === null ? null : apiKeyHint(key);
  }
  if (input.headers !== undefined) {
    const names = Object.keys(input.headers);
    changed.header_names = JSON.stringify(names);
    changed.headers =
      names.length === 0 ? null : sealing.seal(JSON.stringify(input.headers), headersContext(row.id));
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
