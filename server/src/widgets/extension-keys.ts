import { isOfKey, type Caller } from '../access/index.ts';
import { mintForSession, type Identity, type Session, type User } from '../identity/index.ts';
import { changeState, getKey, listKeys, maskOf } from '../keys/index.ts';
import type { KeysContext, KeyWithSecrets } from '../keys/index.ts';

/*
 * Keys of the browser extension: with a prefix of their own, owned by the user who made them. Their scope opens the routes of
 * the extension alone: a key that lies in a browser must not read every chat. Users see and end their own keys, administrators
 * all.
 */

export const EXTENSION_KEY_TAG = 'browser-extension';
const PREFIX = 'brx-';
export const EXTENSION_KEY_SCOPES = ['documents:clip'];
const PAGE = 200;
const SYSTEM = { kind: 'system' } as const;

export interface ExtensionKey {
  id: number;
  /** `brx-…` and its last four characters. */
  mask: string;
  /** null: the administrator of an instance without users. */
  user: Pick<User, 'id' | 'username' | 'role'> | null;
  /** ms since 1970. */
  createdAt: number;
}

export async function mintExtensionKey(identity: Identity, session: Session): Promise<string> {
  const keys = { ...identity.keys, prefix: PREFIX };
  const input = { name: 'Browser extension', scopes: EXTENSION_KEY_SCOPES, tags: [EXTENSION_KEY_TAG] };
  const { secret } = await mintForSession(identity, session, { input, keys });
  return secret;
}

/** The keys that are not revoked, in the order of their creation. */
export async function listExtensionKeys(identity: Identity, session: Session): Promise<ExtensionKey[]> {
  const users = new Map((await identity.listUsers()).map((user) => [user.ownerId, user]));
  const found = await visibleKeys(identity.keys, session);
  return found.map((key) => ({
    id: key.number,
    mask: maskOf(key),
    user: briefly(users.get(key.owner.id)),
    createdAt: key.createdAt,
  }));
}

const briefly = (user: User | undefined): ExtensionKey['user'] =>
  user === undefined ? null : { id: user.id, username: user.username, role: user.role };

/** @returns false where the key does not exist for the session. */
export async function endExtensionKey(
  identity: Identity,
  session: Session,
  number: number,
): Promise<boolean> {
  const key = (await visibleKeys(identity.keys, session)).find((candidate) => candidate.number === number);
  if (key === undefined) return false;
  await changeState(identity.keys, session.actor, { id: key.id, verb: 'revoke' });
  return true;
}

async function visibleKeys(keys: KeysContext, session: Session): Promise<KeyWithSecrets[]> {
  const seesAll = session.kind === 'admin' || session.user.role === 'admin';
  const owner = seesAll ? undefined : session.user.ownerId;
  const all: KeyWithSecrets[] = [];
  let cursor: string | undefined;
  do {
    const page = await listKeys(keys, SYSTEM, { tag: EXTENSION_KEY_TAG, owner, limit: PAGE, cursor });
    all.push(...page.items.filter(({ storedState }) => storedState !== 'revoked'));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all.sort((a, b) => a.number - b.number);
}

/** The key of a request, if it is one of the extension and its owner an administrator or a manager. */
export async function extensionKeyOf(
  identity: Identity,
  caller: Caller,
): Promise<{ number: number; id: string } | 'no_key' | 'no_power'> {
  if (!isOfKey(caller)) return 'no_key';
  const key = await getKey(identity.keys, SYSTEM, caller.keyId);
  if (!key.tags.includes(EXTENSION_KEY_TAG)) return 'no_key';
  if (!(await identity.isMultiUser())) return key;
  const owner = await identity.userOfOwner(caller.ownerId);
  return owner?.role === 'default' ? 'no_power' : key;
}

export const endOwnKey = async (keys: KeysContext, caller: Caller): Promise<void> => {
  await changeState(keys, { kind: 'key', caller }, { id: caller.keyId, verb: 'revoke' });
};
