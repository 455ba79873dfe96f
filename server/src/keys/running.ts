import { callerIn, EVERYTHING, holdsScope, isOfKey, scopeRefusal, type Actor } from '../access/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { pageOf, readPlace, type Page } from '../base/page.ts';
import { isRunOn, type Acknowledgement, type Change, type RunView } from '../nodes/index.ts';
import { mayReadKeys, mayTouchKey, mayTouchOwner, reachesAll, type KeysContext } from './context.ts';
import type { Key, KeyWithSecrets } from './key.ts';
import { findKey, findPlainKeys } from './store/key-store.ts';
import { ownerNamesOf } from './store/owner-store.ts';
import { getKey } from './keys.ts';
import { getOwner } from './owners.ts';
import { refuseStronger, refuseStrongerKey } from './power/taking-away.ts';

/** Requests that one look at all nodes gives. */
const LOOK_MAX = 500;
/** Looks for one request of the caller. */
const LOOKS_MAX = 40;
/** Stopped in one transaction, which holds the lock that all changes share. */
const STOPPED_AT_ONCE = 1_000;

/** A running request with the names that people read. */
export interface NamedRun extends RunView {
  key_name: string | null;
  owner_name: string | null;
}

export interface RunningList extends Page<NamedRun> {
  /** Nodes that did not answer in time: their requests are missing here. */
  missing_nodes: number;
}

type Keys = Map<string, KeyWithSecrets | undefined>;

/** Newest first; without `keys:read` only requests of the caller's key. */
export async function listRunning(
  context: KeysContext,
  actor: Actor,
  { limit = 50, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): Promise<RunningList> {
  const place = readPlace(cursor);
  const items: RunView[] = [];
  const look = looks(context, actor, place && [place.createdAt, place.id]);
  let missing_nodes = 0;
  for await (const seen of look) {
    items.push(...seen.items);
    missing_nodes = Math.max(missing_nodes, seen.missing.length);
    if (items.length > limit) break;
  }
  const page = pageOf(items, limit, ({ startedAt, id }) => [startedAt, id]);
  return { ...page, items: await named(context, page.items), missing_nodes };
}

/** The actor may see these requests, so it may read whose they are. */
async function named({ storage: { db } }: KeysContext, items: readonly RunView[]): Promise<NamedRun[]> {
  const keyIds = items.flatMap(({ key_id }) => (key_id === null ? [] : [key_id]));
  const ownerIds = items.flatMap(({ owner_id }) => (owner_id === null ? [] : [owner_id]));
  const keys = keyIds.length === 0 ? [] : await findPlainKeys(db, keyIds);
  const keyNames = new Map(keys.map(({ id, name }) => [id, name]));
  const ownerNames = await ownerNamesOf(db, ownerIds);
  return items.map((item) => ({
    ...item,
    key_name: keyNames.get(item.key_id ?? '') ?? null,
    owner_name: ownerNames.get(item.owner_id ?? '') ?? null,
  }));
}

/** All requests that the actor may see, a look at a time. */
async function* looks(
  context: KeysContext,
  actor: Actor,
  from?: readonly [number, string],
): AsyncGenerator<{ items: RunView[]; missing: string[]; keys: Keys; isLast: boolean }> {
  const subject = mayReadKeys(actor) ? undefined : callerIn(actor)?.keyId;
  const keys: Keys = new Map();
  let after = from;
  for (let looked = 0; looked < LOOKS_MAX; looked++) {
    const { items, missing } = await context.running.list({ limit: LOOK_MAX, after, subject });
    const visible: RunView[] = [];
    for (const item of items) if (await isVisible(context, actor, { item, keys })) visible.push(item);
    const last = items.at(-1);
    const isLast = last === undefined || items.length < LOOK_MAX;
    yield { items: visible, missing, keys, isLast };
    if (isLast) return;
    after = [last.startedAt, last.id];
  }
}

/** `item` was looked for among the requests under the actor, where the actor does not see others. */
function isOwnRequest(actor: Actor, { key_id: id }: RunView): boolean {
  const caller = callerIn(actor);
  if (caller === undefined) return false;
  // Children of a key have requests under it too; a person has no children.
  return isOfKey(caller) ? caller.keyId === id : !mayReadKeys(actor);
}

/** The rule of `mayTouchKey`. Requests of users and visitors are visible to actors that may see all owners. */
async function isVisible(
  { storage }: KeysContext,
  actor: Actor,
  { item, keys }: { item: RunView; keys: Keys },
): Promise<boolean> {
  const caller = callerIn(actor);
  if (isOwnRequest(actor, item)) return true;
  const { key_id: id, owner_id: ownerId } = item;
  if (id !== null && !keys.has(id)) keys.set(id, await findKey(storage.db, id));
  const key = id === null ? undefined : keys.get(id);
  if (key !== undefined) return mayTouchKey(actor, key);
  if (caller === undefined) return true;
  return reachesAll(actor) && holdsScope(caller, 'owners:manage') && mayTouchOwner(actor, ownerId ?? '');
}

/**
 * To stop requests of another key takes the right to revoke it.
 * @param key undefined: the request of a user or a visitor.
 * @throws KeywardError `insufficient_scope`, `scope_escalation`
 */
function refuseStop(actor: Actor, key: Key | undefined): void {
  if (actor.kind === 'key' && actor.caller.keyId === key?.id) return;
  refuseWithoutWrite(actor);
  if (key === undefined) refuseStronger(actor, EVERYTHING);
  else refuseStrongerKey(actor, key);
}

function refuseWithoutWrite(actor: Actor): void {
  const caller = callerIn(actor);
  if (caller === undefined || holdsScope(caller, 'keys:write')) return;
  throw scopeRefusal(caller, 'keys:write', 'Without it a key stops only its own requests.');
}

/** The key of a request; undefined for one of a user or a visitor. */
async function keyOf(
  { storage }: KeysContext,
  { key_id: id }: RunView,
  keys: Keys,
): Promise<KeyWithSecrets | undefined> {
  return id === null ? undefined : (keys.get(id) ?? findKey(storage.db, id));
}

type Stopped = Promise<{
  acknowledged: Acknowledgement;
  /** Nodes that did not answer in time: some of their requests may still run. */
  missing_nodes: number;
}>;

/** Resolves when the request has ended. @throws KeywardError `not_found` also where it had ended; `insufficient_scope` */
export async function stopRequest(context: KeysContext, actor: Actor, id: string): Stopped {
  const subject = mayReadKeys(actor) ? undefined : callerIn(actor)?.keyId;
  const { items, missing } = await context.running.list({ limit: 1, id, subject });
  const [item] = items;
  if (item === undefined && missing.some((node) => isRunOn(id, node))) return stopUnseen(context, actor, id);
  const isOwn = item !== undefined && isOwnRequest(actor, item);
  const keys: Keys = new Map();
  if (
    item === undefined ||
    !(isOwn || mayReadKeys(actor)) ||
    !(await isVisible(context, actor, { item, keys }))
  ) {
    throw new KeywardError('not_found', 'No request with this id is running.', {
      hint: 'GET /v1/running lists the running requests.',
    });
  }
  if (!isOwn) refuseStop(actor, await keyOf(context, item, keys));
  return stop(context, actor, { target: id, subjects: [id] });
}

/**
 * Its process does not answer. Its key is unknown, so this takes the power to stop any request; the process finds the
 * stop when it goes on. Guarded by hung-node.test.ts.
 * @throws KeywardError `not_ready`
 */
function stopUnseen(context: KeysContext, actor: Actor, id: string): Stopped {
  if (!mayReadKeys(actor) || !reachesAll(actor))
    throw new KeywardError('not_ready', 'A process did not answer whether this request runs there.', {
      hint: 'Try again in a few seconds.',
    });
  refuseStop(actor, undefined);
  return stop(context, actor, { target: id, subjects: [id] });
}

/** The requests of a key, of an owner, or of the keys with a tag. */
export interface StopQuery {
  key?: string | undefined;
  owner?: string | undefined;
  tag?: string | undefined;
}

/** Stops many at once. @throws KeywardError `invalid_input` unless exactly one is named; `not_found` */
export async function stopRequests(context: KeysContext, actor: Actor, query: StopQuery): Stopped {
  const { key, owner, tag } = query;
  const named = [key, owner, tag].filter((value) => value !== undefined);
  if (named.length !== 1) {
    throw invalidField(
      'body',
      'must name exactly one of key, owner and tag',
      'For example {"key": "key_…"}.',
    );
  }
  if (key !== undefined) {
    const isOwn = actor.kind === 'key' && actor.caller.keyId === key;
    if (!isOwn) refuseWithoutWrite(actor);
    const found = await getKey(context, actor, key);
    refuseStop(actor, found);
    return stop(context, actor, { target: found.id, subjects: [found.id] });
  }
  refuseWithoutWrite(actor);
  if (owner !== undefined) await getOwner(context, actor, owner);
  const { subjects, missing } = await runningKeys(context, actor, (item, found) =>
    owner === undefined ? found?.tags.includes(tag ?? '') === true : item.owner_id === owner,
  );
  return stop(context, actor, { target: owner ?? `tag:${tag}`, subjects, missing });
}

/**
 * The ids of keys that have requests, and of requests without a key.
 * @throws KeywardError `conflict` where there are more than all looks give: then nothing is stopped.
 */
async function runningKeys(
  context: KeysContext,
  actor: Actor,
  isMeant: (item: RunView, key: KeyWithSecrets | undefined) => boolean,
): Promise<{ subjects: string[]; missing: number }> {
  const subjects = new Set<string>();
  let looked = 0;
  let missing = 0;
  for await (const { items, keys, ...look } of looks(context, actor)) {
    looked += look.isLast ? 0 : 1;
    missing = Math.max(missing, look.missing.length);
    for (const item of items) {
      const key = await keyOf(context, item, keys);
      if (!isMeant(item, key)) continue;
      refuseStop(actor, key);
      subjects.add(key === undefined ? item.id : key.id);
    }
  }
  if (looked < LOOKS_MAX) return { subjects: [...subjects], missing };
  throw new KeywardError(
    'conflict',
    `More than ${LOOK_MAX * LOOKS_MAX} requests are running, so none was stopped.`,
    {
      hint: 'Stop them by key, or suspend the owner.',
    },
  );
}

async function stop(
  context: KeysContext,
  actor: Actor,
  { target, subjects, missing = 0 }: { target: string; subjects: readonly string[]; missing?: number },
): Stopped {
  const acknowledged: Acknowledgement = { nodes: 0, waited_ms: 0, requests_ended: 0 };
  const stopOf = (subject: string): Change => ({ kind: 'stop', subject, ends: true });
  for (let at = 0; at < subjects.length; at += STOPPED_AT_ONCE) {
    const some = subjects.slice(at, at + STOPPED_AT_ONCE);
    const [first = '', ...more] = some;
    const stopped = await context.audit.changeEverywhere(actor, async () => ({
      result: undefined,
      entry: { action: 'running.stop', target, details: { subjects: some.slice(0, 100) } },
      change: [stopOf(first), ...more.map(stopOf)],
    }));
    acknowledged.nodes = stopped.acknowledged.nodes;
    acknowledged.waited_ms += stopped.acknowledged.waited_ms;
    acknowledged.requests_ended += stopped.acknowledged.requests_ended;
  }
  return { acknowledged, missing_nodes: missing };
}
