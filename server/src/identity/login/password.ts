import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import bcrypt from 'bcryptjs';
import { KeywardError } from '../../base/errors.ts';
import { randomBase62 } from '../../base/ids.ts';
import { HashQueue, type Place } from './hash-queue.ts';
import type { PasswordKind } from '../store/rows.ts';
import { PASSWORD_MAX } from '../user.ts';

const derive = promisify(argon2);

/** As OWASP advises; about 40 ms of one core. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
const SALT_BYTES = 16;

const queue = new HashQueue();

const inTurn = <T>(place: Place, work: () => Promise<T>): Promise<T> => queue.run(place, work, tooBusy);

const tooBusy = (): KeywardError =>
  new KeywardError('rate_limited', 'Too many logins are waiting.', {
    hint: 'Try again in 2 s.',
    headers: { 'retry-after': '2' },
  });

const tagOf = (password: string, salt: Buffer): Promise<Buffer> =>
  derive('argon2id', { message: password, nonce: salt, tagLength: TAG_BYTES, ...COST });

/** @param place `INSIDE` only for authenticated callers. @returns the hash in PHC form. */
export async function hashPassword(password: string, place: Place): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await inTurn(place, () => tagOf(password, salt));
  return phc(salt, tag);
}

const plain64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
const phc = (salt: Buffer, tag: Buffer): string =>
  `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${plain64(salt)}$${plain64(tag)}`;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

async function matchesArgon2(password: string, stored: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', tag = ''] = PHC.exec(stored) ?? [];
  const expected = Buffer.from(tag, 'base64');
  if (expected.length === 0) return false;
  const given = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return timingSafeEqual(given, expected);
}

/** Hashes of unknown passwords, for users that do not exist. */
const NOBODYS = phc(randomBytes(SALT_BYTES), randomBytes(TAG_BYTES));
const NOBODYS_BCRYPT = `$2b$10$${randomBase62(53)}`;

/**
 * Whether this is the password. Takes the same time for a user that does not exist: the time must not show which users
 * exist. Guarded by password.test.ts.
 * @param stored undefined: there is no such user.
 * @param withBcrypt whether any user has a hash of bcrypt: then each login takes both.
 */
export function checkAgainst(
  password: string,
  stored: { hash: string; kind: PasswordKind } | undefined,
  { withBcrypt, place }: { withBcrypt: boolean; place: Place },
): Promise<boolean> {
  // No stored password is longer, and hashing a long text takes long.
  const isPossible = password.length <= PASSWORD_MAX;
  const candidate = isPossible ? password : '';
  return inTurn(place, async () => {
    const modern = await matchesArgon2(candidate, stored?.kind === 'argon2id' ? stored.hash : NOBODYS);
    if (!withBcrypt) return modern && isPossible;
    const old = await bcrypt.compare(candidate, stored?.kind === 'bcrypt' ? stored.hash : NOBODYS_BCRYPT);
    return (modern || old) && isPossible;
  });
}

/** With a higher cost, one login would take seconds. */
const BCRYPT_COST_MAX = 13;

/** Whether a text is a hash of bcrypt that can be imported. */
export function isBcryptHash(text: string): boolean {
  const cost = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(text)?.[1];
  return cost !== undefined && Number(cost) <= BCRYPT_COST_MAX;
}
