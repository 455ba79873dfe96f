import type { Actor } from '../../access/index.ts';
import { invalidField } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import { mayTouchKey } from '../context.ts';
import { isBounded, refuseTaking } from './gain.ts';
import { GENERATIONS_MAX, keyState, lineOf, type Key } from '../key.ts';
import { findKey } from '../store/key-store.ts';
import type { Owner } from '../owner.ts';

/**
 * The parent of a new key: the maker, where it has a bound that would not bound the new key; otherwise the key that the
 * request names, if any.
 * @throws KeywardError `invalid_input` naming `parent`; `scope_escalation` for a parent that holds more than the maker.
 */
export async function parentFor(
  tx: Db,
  actor: Actor,
  { owner, named, nowMs }: { owner: Owner; named: string | undefined; nowMs: number },
): Promise<Key | undefined> {
  const maker = actor.kind === 'key' ? actor.caller : undefined;
  const mustDescend = maker !== undefined && isBounded(maker, [owner.account]);
  const id = named ?? (mustDescend ? maker.keyId : undefined);
  if (id === undefined) return undefined;
  const parent = await findKey(tx, id);
  if (parent === undefined || (maker?.keyId !== parent.id && !mayTouchKey(actor, parent)))
    throw invalidField(
      'parent',
      'must be the id of an existing key',
      'GET /v1/keys lists the keys that you may see.',
    );
  if (maker !== undefined && !lineOf(parent).some((key) => key.id === maker.keyId)) {
    if (mustDescend)
      throw invalidField(
        'parent',
        'must be the key of this request, or a key below it',
        'Leave parent out: a key with limits, budgets, an expiry or a parent makes its own children.',
      );
    refuseTaking(actor, parent);
  }
  refuseEnded(parent, nowMs);
  return parent;
}

function refuseEnded(parent: Key, nowMs: number): void {
  const state = keyState(parent, nowMs);
  if (state !== 'active') throw invalidField('parent', `is ${state}`, 'Name an active key.');
  if (lineOf(parent).length >= GENERATIONS_MAX)
    throw invalidField(
      'parent',
      `must not be of generation ${GENERATIONS_MAX}, which is the last one`,
      'Name one of its ancestors.',
    );
}
