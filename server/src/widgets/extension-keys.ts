import type { Caller } from '../access/index.ts';
import { mintForSession, type Identity, type Session, type User } from '../identity/index.ts';
import { changeState, getKey, listKeys, maskOf } from '../keys/index.ts';
import type { KeysContext, KeyWithSecrets } from '../keys/index.ts';

/*
 * Keys of the browser extension: keys like all others, with a text of their own kind, a scope that opens the extension's
 * routes and nothing else (what lies in a browser must not read every chat), and the person who made them as their owner.
 * Whoever is logged in makes, sees and ends their own; administrators see and end all.
 */

/** What tells such a key from others. */
export const EXTENSION_KEY_TAG = 'browser-extension';
const PREFIX = 'brx-';
export const EXTENSION_KEY_SCOPES = ['documents:clip'];
const PAGE = 200;
const SYSTEM = { kind: 'system' } as const;

export interface ExtensionKey {
  id: number;
  /** `brx-…` and its last four characters. */
  mask: string;
  /** The user whose it is; null: of the one administrator. */
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

/** Those that are not ended, in the order in which they were made. */
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

/** @returns false where there is no such key for whoever is logged in. */
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

/**
 * The key of a request, where it is one of the extension's and its owner may use the extension: administrators and managers,
 * and on instances without users the administrator.
 */
export async function extensionKeyOf(
  identity: Identity,
  caller: Caller,
): Promise<{ number: number; id: string } | 'no_key' | 'no_power'> {
  const key = await getKey(identity.keys, SYSTEM, caller.keyId);
  if (!key.tags.includes(EXTENSION_KEY_TAG)) return 'no_key';
  if (!(await identity.isMultiUser())) return key;
  const owner = await identity.userOfOwner(caller.ownerId);
  return owner?.role === 'default' ? 'no_power' : key;
}

/** The extension lets go of its own key. */
export const endOwnKey = async (keys: KeysContext, caller: Caller): Promise<void> => {
  await changeState(keys, { kind: 'key', caller }, { id: caller.keyId, verb: 'revoke' });
};
