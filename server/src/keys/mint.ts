import { hash } from 'node:crypto';
import { callerIn, type Actor } from '../access/index.ts';
import type { Entry } from '../audit/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { nextId, type Db } from '../storage/index.ts';
import { actorId, mayTouchOwner, reachesAll, type KeysContext } from './context.ts';
import { findRepeat, rememberRequest, type IdempotentRequest } from './store/idempotency-store.ts';
import { refuseNew } from './power/gain.ts';
import { callerOf, lineOf, type Key, type KeyWithSecrets } from './key.ts';
import { insertKey, insertSecret } from './store/key-store.ts';
import { hintOf, newKeyText } from '../base/key-text.ts';
import { checkSettings, NEW_SETTINGS, type SettingsInput } from './key-rules.ts';
import type { Owner } from './owner.ts';
import { findOwner, findOwnerByName } from './store/owner-store.ts';
import { parentFor } from './power/parent.ts';
import { secretFromRow, type SecretRow } from './store/rows.ts';

/** A new key: `role` or `scopes`, not both. */
export interface MintInput extends SettingsInput {
  name: string;
  /** Id or name. @default the maker's owner */
  owner?: string | undefined;
  /** Id of its parent. @default the maker, where that has limits, budgets, an expiry or a parent */
  parent?: string | undefined;
}

export interface Minted {
  key: KeyWithSecrets;
  /** Nobody can show it again. */
  secret: string;
}

/**
 * @throws KeywardError `scope_escalation` when the key would hold more than its maker, `invalid_input`,
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

/** Like `mint`, in a transaction of the caller, who writes the audit record. */
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
    // The same request came at the same moment and is committed now.
    if (!isFirst) await refuseRepeat(tx, request);
  }
  const text = newKeyText(context.prefix, key.id);
  await insertKey(tx, key);
  const secret = secretOf(context, { keyId: key.id, text });
  await insertSecret(tx, secret);
  const { name, owner, parentId, role, grants: scopes, expiresAt: expires_at } = key;
  const parent = parentId === null ? {} : { parent: parentId };
  return {
    result: { key: { ...key, secrets: [secretFromRow(secret)] }, secret: text },
    entry: {
      action: 'keys.mint',
      target: key.id,
      details: { name, owner: owner.id, ...parent, role, scopes, expires_at },
    },
  };
}

/**
 * An Idempotency-Key is looked for among the requests of the owner. A key that is bound to workspaces sees its own requests
 * only: it would learn of keys that do not exist for it. Guarded by foreign-things.test.ts.
 */
function requesterOf(actor: Actor): string {
  const caller = callerIn(actor);
  if (caller === undefined) return actor.kind;
  const { keyId, ownerId } = caller;
  return reachesAll(actor) ? ownerId : keyId;
}

/** Without `owners:manage` only the caller's owner exists. */
async function ownerFor(tx: Db, actor: Actor, named: string | undefined): Promise<Owner> {
  const wanted = named ?? callerIn(actor)?.ownerId;
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

/** The key that a request makes; nothing is written. @throws KeywardError `invalid_input`, `scope_escalation` */
export async function newKey(
  tx: Db,
  { clock }: KeysContext,
  { actor, input }: { actor: Actor; input: MintInput },
): Promise<Key> {
  const owner = await ownerFor(tx, actor, input.owner);
  const nowMs = clock.nowMs();
  const parent = await parentFor(tx, actor, { owner, named: input.parent, nowMs });
  const number = await nextId(tx, 'keys');
  if ((input.role === undefined) === (input.scopes === undefined))
    throw invalidField('scopes', 'send exactly one of role and scopes, such as {"role": "client"}');
  const key: Key = {
    ...checkSettings(input, NEW_SETTINGS, nowMs),
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
    scopesSince: nowMs,
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

async function refuseRepeat(tx: Db, request: IdempotentRequest): Promise<void> {
  const before = await findRepeat(tx, request);
  if (before === undefined) return;
  if (before.request_hash !== request.request_hash) {
    throw new KeywardError('idempotency_conflict', 'This Idempotency-Key was used for another request.', {
      hint: 'Use a new Idempotency-Key for a new request.',
    });
  }
  throw new KeywardError('idempotent_repeat', `This request already made the key ${before.key_id}.`, {
    details: { key_id: before.key_id },
    hint: 'Only the first answer contained its secret. If you lost the secret, rotate the key.',
  });
}

export const secretOf = (context: KeysContext, { keyId, text }: { keyId: string; text: string }): SecretRow =>
  newSecret(context, { keyId, sha256: hash('sha256', text, 'buffer'), hint: hintOf(text) });

export function newSecret(
  { sealing, clock }: KeysContext,
  { keyId, sha256, hint }: { keyId: string; sha256: Uint8Array; hint: string },
): SecretRow {
  const { digest, version } = sealing.digestSha256(sha256);
  return {
    id: newId('sec'),
    key_id: keyId,
    digest,
    pepper: version,
    hint,
    created_at: clock.nowMs(),
    last_used_at: null,
    last_used_from: null,
    ends_at: null,
    quiet_ms: null,
  };
}
