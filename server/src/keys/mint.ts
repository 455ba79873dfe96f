import { hash } from 'node:crypto';
import type { Budget, Limit, Role, Wanted } from '../access/index.ts';
import { excesses, ROLE_GRANTS } from '../access/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { nextId } from '../storage/index.ts';
import type { Db } from '../storage/index.ts';
import type { Actor, Entry, KeysContext } from './context.ts';
import { actorId, changeAndRecord, holdingsOf, mayTouchOwner } from './context.ts';
import { findRepeat, rememberRequest } from './idempotency-store.ts';
import type { Key, KeyWithSecrets } from './key.ts';
import { insertKey, insertSecret } from './key-store.ts';
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
import { findOwner, findOwnerByName } from './owner-store.ts';
import type { SecretRow } from './rows.ts';

/** What a new key shall be. Either `role` or `scopes`. */
export interface MintInput {
  name: string;
  /** Id or name; the maker's own owner where it is left out. */
  owner?: string | undefined;
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
  return changeAndRecord(context, actor, (tx) => mintIn(tx, context, { actor, input, idempotencyKey }));
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
  const owner = await ownerFor(tx, actor, input.owner);
  const nowMs = context.clock.nowMs();
  const number = await nextId(tx, 'keys');
  const key = newKey(input, { owner, number, createdBy: actorId(actor), nowMs });
  refuseExcess(actor, key);
  if (idempotencyKey !== undefined) {
    const request_hash = hash('sha256', JSON.stringify(input));
    const request = { owner_id: ownerOf(actor), idempotency_key: idempotencyKey, request_hash };
    await refuseRepeat(tx, request);
    const isFirst = await rememberRequest(tx, { ...request, key_id: key.id, at: nowMs });
    // The same request came at the same moment and was first; it is committed now.
    if (!isFirst) await refuseRepeat(tx, request);
  }
  const text = newKeyText(context.prefix, key.id);
  await insertKey(tx, key);
  const secret = newSecret(context, { keyId: key.id, text });
  await insertSecret(tx, secret);
  const { name, role, grants: scopes, expiresAt: expires_at } = key;
  return {
    result: { key: { ...key, secrets: [shown(secret)] }, secret: text },
    entry: {
      action: 'keys.mint',
      target: key.id,
      outcome: 'ok',
      details: { name, owner: owner.id, role, scopes, expires_at },
    },
  };
}

const ownerOf = (actor: Actor): string => (actor.kind === 'key' ? actor.caller.ownerId : actor.kind);

/** The owner a request names. To everybody but `owners:manage` only the own one exists. */
export async function ownerFor(tx: Db, actor: Actor, named: string | undefined): Promise<Owner> {
  const wanted = named ?? (actor.kind === 'key' ? actor.caller.ownerId : undefined);
  const owner =
    wanted === undefined || wanted.includes('\0')
      ? undefined
      : ((await findOwner(tx, wanted)) ?? (await findOwnerByName(tx, wanted)));
  if (owner === undefined || owner.state === 'deleted' || !mayTouchOwner(actor, owner.id)) {
    throw invalidField(
      'owner',
      'there is no such owner',
      'Make one with POST /v1/owners (scope owners:manage).',
    );
  }
  if (owner.state === 'suspended') throw invalidField('owner', 'this owner is suspended');
  return owner;
}

export function newKey(
  input: MintInput,
  { owner, number, createdBy, nowMs }: { owner: Owner; number: number; createdBy: string; nowMs: number },
): Key {
  if ((input.role === undefined) === (input.scopes === undefined)) {
    throw invalidField('scopes', 'give either role or scopes');
  }
  return {
    id: newId('key'),
    number,
    owner: { id: owner.id, name: owner.name, state: owner.state },
    name: checkName(input.name),
    role: input.role ?? null,
    grants: input.role === undefined ? checkGrants(input.scopes) : [...ROLE_GRANTS[input.role]],
    selectors: checkSelectors(input.selectors),
    limits: checkLimits(input.limits),
    budgets: checkBudgets(input.budgets),
    expiresAt: checkExpiry(input, nowMs),
    storedState: 'active',
    stateReason: null,
    revokedAt: null,
    createdAt: nowMs,
    createdBy,
    lastUsedAt: null,
    metadata: checkMetadata(input.metadata),
    tags: checkTags(input.tags),
    revision: 1,
  };
}

/** @throws KeywardError `scope_escalation` naming each field in which what is wanted exceeds its maker. */
export function refuseExcess(actor: Actor, wanted: Wanted): void {
  const errors = excesses(holdingsOf(actor), wanted);
  if (errors.length === 0) return;
  const said = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const maker = actor.kind === 'key' ? 'A key' : 'A session';
  throw new KeywardError('scope_escalation', `${maker} cannot give more than it holds. ${said}.`, {
    errors,
    hint: 'Ask for less, or use a key that holds it.',
  });
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
    throw new KeywardError('idempotency_conflict', 'This Idempotency-Key came with another request before.', {
      hint: 'Use a new Idempotency-Key for a new request.',
    });
  }
  throw new KeywardError('idempotent_repeat', `This request made the key ${before.key_id} before.`, {
    details: { key_id: before.key_id },
    hint: 'Its secret was shown then and is not kept. If it was lost, rotate the key.',
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
