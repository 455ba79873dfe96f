import { hash } from 'node:crypto';
import { ROLE_GRANTS, type Actor, type Budget, type Limit, type Role } from '../access/index.ts';
import type { Entry } from '../audit/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { nextId, type Db } from '../storage/index.ts';
import { actorId, mayTouchOwner, reachesAll, type KeysContext } from './context.ts';
import { findRepeat, rememberRequest } from './store/idempotency-store.ts';
import { refuseNew } from './power/gain.ts';
import { callerOf, lineOf, type Key, type KeyWithSecrets } from './key.ts';
import { insertKey, insertSecret } from './store/key-store.ts';
import { hintOf, newKeyText } from '../base/key-text.ts';
import {
  checkBudgets,
  checkExpiry,
  checkGrants,
  checkLimits,
  checkMetadata,
  checkName,
  checkTags,
  checkSelectors,
} from './key-rules.ts';
import type { SelectorsInput } from './key-rules.ts';
import type { Owner } from './owner.ts';
import { findOwner, findOwnerByName } from './store/owner-store.ts';
import { parentFor } from './power/parent.ts';
import type { SecretRow } from './store/rows.ts';

/** What a new key shall be. Either `role` or `scopes`. */
export interface MintInput {
  name: string;
  /** Id or name; the maker's own owner where it is left out. */
  owner?: string | undefined;
  /** Id of the key that it becomes a child of. The maker, where it has limits, budgets, an end or a parent. */
  parent?: string | undefined;
  role?: Role | undefined;
  scopes?: string[] | undefined;
  selectors?: SelectorsInput | undefined;
  limits?: Limit[] | undefined;
  budgets?: Budget[] | undefined;
  /** ISO 8601. */
  expires_at?: string | undefined;
  expires_in_seconds?: number | undefined;
  metadata?: Record<string, unknown> | undefined;
  tags?: string[] | undefined;
}

/** A key and its text, which nobody can show again. */
export interface Minted {
  key: KeyWithSecrets;
  secret: string;
}

/**
 * Makes a key.
 * @throws KeywardError `scope_escalation` when it would hold more than its maker, `invalid_input`,
 * `idempotent_repeat` (with the id of the key made before), `idempotency_conflict`.
 */
export async function mint(
  context: KeysContext,
  actor: Actor,
  input: MintInput,
  idempotencyKey?: string,
): Promise<Minted> {
  return context.audit.change(actor, (tx) => mintIn(tx, context, { actor, input, idempotencyKey }));
}

interface MintRequest {
  actor: Actor;
  input: MintInput;
  idempotencyKey?: string | undefined;
}

/** The same in a transaction of the caller's, who writes the audit record. */
export async function mintIn(
  tx: Db,
  context: KeysContext,
  { actor, input, idempotencyKey }: MintRequest,
): Promise<{ result: Minted; entry: Entry }> {
  const key = await newKey(tx, context, { actor, input });
  if (idempotencyKey !== undefined) {
    const request_hash = hash('sha256', JSON.stringify(input));
    const request = { owner_id: requesterOf(actor), idempotency_key: idempotencyKey, request_hash };
    await refuseRepeat(tx, request);
    const isFirst = await rememberRequest(tx, { ...request, key_id: key.id, at: key.createdAt });
    // The same request came at the same moment and was first; it is committed now.
    if (!isFirst) await refuseRepeat(tx, request);
  }
  const text = newKeyText(context.prefix, key.id);
  await insertKey(tx, key);
  const secret = newSecret(context, { keyId: key.id, text });
  await insertSecret(tx, secret);
  const { name, owner, parentId, role, grants: scopes, expiresAt: expires_at } = key;
  const parent = parentId === null ? {} : { parent: parentId };
  return {
    result: { key: { ...key, secrets: [shown(secret)] }, secret: text },
    entry: {
      action: 'keys.mint',
      target: key.id,
      details: { name, owner: owner.id, ...parent, role, scopes, expires_at },
    },
  };
}

/**
 * Among whose requests an Idempotency-Key is looked for. A key that is bound to workspaces repeats its own alone: it would
 * learn of keys that do not exist for it. Guarded by foreign-things.test.ts.
 */
function requesterOf(actor: Actor): string {
  if (actor.kind !== 'key') return actor.kind;
  const { keyId, ownerId } = actor.caller;
  return reachesAll(actor) ? ownerId : keyId;
}

/** The owner a request names. To everybody but `owners:manage` only the own one exists. */
async function ownerFor(tx: Db, actor: Actor, named: string | undefined): Promise<Owner> {
  const wanted = named ?? (actor.kind === 'key' ? actor.caller.ownerId : undefined);
  const owner =
    wanted === undefined || wanted.includes('\0')
      ? undefined
      : ((await findOwner(tx, wanted)) ?? (await findOwnerByName(tx, wanted)));
  if (owner === undefined || owner.state === 'deleted' || !mayTouchOwner(actor, owner.id)) {
    throw invalidField(
      'owner',
      'must be the id or name of an existing owner',
      'Make one with POST /v1/owners (scope owners:manage).',
    );
  }
  if (owner.state === 'suspended')
    throw invalidField('owner', 'must be an active owner; this one is suspended');
  return owner;
}

/**
 * What a request for a new key makes, whichever route it came by. Nothing is written.
 * @throws KeywardError `invalid_input`, `scope_escalation`
 */
export async function newKey(
  tx: Db,
  { clock }: KeysContext,
  { actor, input }: { actor: Actor; input: MintInput },
): Promise<Key> {
  const owner = await ownerFor(tx, actor, input.owner);
  const nowMs = clock.nowMs();
  const parent = await parentFor(tx, actor, { owner, named: input.parent, nowMs });
  const number = await nextId(tx, 'keys');
  const key: Key = {
    ...settingsOf(input, nowMs),
    id: newId('key'),
    number,
    owner: ownerOfKey(owner),
    parentId: parent?.id ?? null,
    ancestors: parent === undefined ? [] : lineOf(parent),
    storedState: 'active',
    stateReason: null,
    revokedAt: null,
    createdAt: nowMs,
    createdBy: actorId(actor),
    lastUsedAt: null,
    revision: 1,
  };
  refuseNew(actor, key, parent && callerOf(parent));
  return key;
}

const ownerOfKey = ({ id, name, state, account, limits, budgets }: Owner): Key['owner'] => ({
  id,
  name,
  state,
  account,
  limits,
  budgets,
});

function settingsOf(input: MintInput, nowMs: number) {
  if ((input.role === undefined) === (input.scopes === undefined)) {
    throw invalidField('scopes', 'send exactly one of role and scopes, such as {"role": "client"}');
  }
  return {
    name: checkName(input.name),
    role: input.role ?? null,
    grants: input.role === undefined ? checkGrants(input.scopes) : [...ROLE_GRANTS[input.role]],
    selectors: checkSelectors(input.selectors),
    limits: checkLimits(input.limits),
    budgets: checkBudgets(input.budgets),
    expiresAt: checkExpiry(input, nowMs),
    metadata: checkMetadata(input.metadata),
    tags: checkTags(input.tags),
  };
}

async function refuseRepeat(
  tx: Db,
  {
    owner_id,
    idempotency_key,
    request_hash,
  }: { owner_id: string; idempotency_key: string; request_hash: string },
): Promise<void> {
  const before = await findRepeat(tx, owner_id, idempotency_key);
  if (before === undefined) return;
  if (before.request_hash !== request_hash) {
    throw new KeywardError('idempotency_conflict', 'This Idempotency-Key was used for another request.', {
      hint: 'Use a new Idempotency-Key for a new request.',
    });
  }
  throw new KeywardError('idempotent_repeat', `This request already made the key ${before.key_id}.`, {
    details: { key_id: before.key_id },
    hint: 'Only the first answer contained its secret. If you lost the secret, rotate the key.',
  });
}

export function newSecret(context: KeysContext, { keyId, text }: { keyId: string; text: string }): SecretRow {
  const { digest, version } = context.sealing.digest(text);
  return secretRow({ keyId, digest, pepper: version, hint: hintOf(text), nowMs: context.clock.nowMs() });
}

export function secretRow({
  keyId,
  digest,
  pepper,
  hint,
  nowMs,
}: {
  keyId: string;
  digest: Uint8Array;
  pepper: string;
  hint: string;
  nowMs: number;
}): SecretRow {
  return {
    id: newId('sec'),
    key_id: keyId,
    digest,
    pepper,
    hint,
    created_at: nowMs,
    last_used_at: null,
    last_used_from: null,
    ends_at: null,
    quiet_ms: null,
  };
}

const shown = (row: SecretRow): KeyWithSecrets['secrets'][number] => ({
  id: row.id,
  hint: row.hint,
  createdAt: row.created_at,
  lastUsedAt: null,
  lastUsedFrom: null,
  endsAt: null,
  quietMs: null,
});
