import { hash } from 'node:crypto';
import { holdsScope, isOfKey, type Caller, type Scope } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { newId, randomBase62 } from '../../base/ids.ts';
import { holdsKey } from '../../base/key-text.ts';
import { holdSession } from '../../identity/index.ts';
import { callerOfKey, mintIn, type Minted } from '../../keys/index.ts';
import type { JobsContext } from '../context.ts';
import * as store from './enrolment-store.ts';

/** What the key of a machine may do, and no more. */
const WORKER_SCOPES: readonly Scope[] = ['workers:register', 'workers:poll', 'workers:report'];
const TOKEN_PREFIX = 'join_';
/** 238 bits: no number of tries finds one, so that none has to be counted. */
const TOKEN_CHARACTERS = 40;
const TOKEN_MS = 15 * 60_000;
/** Of one owner at a time. */
const OPEN_MAX = 100;

type Context = Pick<JobsContext, 'audit' | 'clock' | 'keys' | 'storage'>;

export interface Enrolment {
  enrolment_id: string;
  /** Nobody can show it again. */
  token: string;
  name: string;
  expires_at: string;
}

interface EnrolmentInput {
  /** Of the new key. */
  name?: string | undefined;
  /** The session that asks; undefined: a key asks. */
  sessionId?: string | undefined;
}

/**
 * Makes a one-time token, for one machine.
 * @throws KeywardError `scope_escalation` for a caller without all scopes of a worker; `conflict` for too many open tokens.
 */
export async function enroll(
  { audit, clock }: Context,
  caller: Caller,
  { name = 'worker', sessionId }: EnrolmentInput,
): Promise<Enrolment> {
  refuseWeaker(caller);
  if (holdsKey(name))
    throw invalidField('name', 'must not contain the text of a key: Keyward never stores it');
  const token = `${TOKEN_PREFIX}${randomBase62(TOKEN_CHARACTERS)}`;
  const nowMs = clock.nowMs();
  const row: store.EnrolmentRow = {
    digest: digestOf(token),
    id: newId('enr'),
    owner_id: caller.ownerId,
    key_id: caller.keyId,
    session_id: sessionId ?? null,
    name,
    created_at: nowMs,
    expires_at: nowMs + TOKEN_MS,
    used_at: null,
  };
  await audit.change({ kind: 'key', caller }, async (tx) => {
    await store.deleteExpired(tx, nowMs);
    if ((await store.countOpen(tx, caller.ownerId, nowMs)) >= OPEN_MAX)
      throw new KeywardError('conflict', `This owner has ${OPEN_MAX} tokens that were not used yet.`, {
        hint: 'Use them, or wait until they expire after 15 minutes.',
      });
    await store.insertEnrolment(tx, row);
    const entry = {
      action: 'workers.enroll',
      target: row.id,
      details: { name, expires_at: row.expires_at },
    };
    return { result: undefined, entry };
  });
  return { enrolment_id: row.id, token, name, expires_at: isoTime(row.expires_at) };
}

/**
 * Exchanges a token for a key of one machine: a child of the key that made the token, so that it ends with it and never holds
 * more. A person has no children: there it is a key of the person's owner. The token is used up in the transaction that makes
 * the key. One of a session that has ended is worthless: who has stolen a session gets nothing after its end.
 * @throws KeywardError `not_found` for any token that is not good: a stranger learns no more.
 */
export async function join({ audit, clock, keys, storage }: Context, token: string): Promise<Minted> {
  const digest = digestOf(token);
  const found = await store.findUsable(storage.db, digest, clock.nowMs());
  const caller = found && (await callerOfKey(keys, found.key_id));
  if (caller === undefined) throw badToken();
  const actor = { kind: 'key', caller } as const;
  return audit.change(actor, async (tx) => {
    const nowMs = clock.nowMs();
    const row = await store.useUp(tx, digest, nowMs);
    if (row?.session_id && !(await holdSession(tx, row.session_id, nowMs))) throw badToken();
    // As it is now: the key may have been narrowed or ended since the token was made.
    const enroller = row && (await callerOfKey(keys, row.key_id, tx));
    if (row === undefined || enroller === undefined) throw badToken();
    refuseWeaker(enroller);
    const { keyId, selectors } = enroller;
    const parent = isOfKey(enroller) ? keyId : undefined;
    const input = { name: row.name, scopes: [...WORKER_SCOPES], parent, selectors };
    const { result, entry } = await mintIn(tx, keys, { actor: { kind: 'key', caller: enroller }, input });
    return { result, entry: { ...entry, details: { ...entry.details, enrolment: row.id } } };
  });
}

/** A key never gives a machine what it does not hold. */
function refuseWeaker(caller: Caller): void {
  const missing = WORKER_SCOPES.filter((scope) => !holdsScope(caller, scope));
  if (missing.length > 0)
    throw new KeywardError(
      'scope_escalation',
      `Only a caller with the scopes of a worker can enroll one: ${missing.join(', ')} is missing.`,
      {
        hint: 'Use a key of the role miner.',
      },
    );
}

const digestOf = (token: string): string => hash('sha256', token, 'hex');

const badToken = (): KeywardError =>
  new KeywardError(
    'not_found',
    'This token is not good: it was used, has expired, or its key or session has ended.',
    {
      hint: 'Make another one: POST /v1/workers/enroll.',
    },
  );
