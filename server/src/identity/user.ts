import { KeywardError } from '../base/errors.ts';

/** From the most to the least powerful. */
export const USER_ROLES = ['admin', 'manager', 'default'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** A person who logs in. Times in ms since 1970. Never contains the password. */
export interface User {
  id: number;
  /** The owner of the user's keys: suspended and deleted with the user. */
  ownerId: string;
  username: string;
  role: UserRole;
  suspended: boolean;
  /** Messages in 24 hours; null: any number. */
  dailyMessageLimit: number | null;
  bio: string;
  pfpFilename: string | null;
  /** Whether the recovery codes were given out. */
  seenRecoveryCodes: boolean;
  createdAt: number;
  updatedAt: number;
}

/** Checked values for a new or changed user. */
export interface UserFields {
  username?: string;
  password?: string;
  role?: UserRole;
  suspended?: boolean;
  dailyMessageLimit?: number | null;
  bio?: string;
  pfpFilename?: string | null;
}

/** The same before the check. */
export type UserInput = Partial<Record<keyof UserFields, unknown>>;

const USERNAME = /^[a-z][a-z0-9._@-]*$/;
const USERNAME_MAX = 64;
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 250;
const BIO_MAX = 1_000;
const FILENAME_MAX = 255;

const refused = (message: string): KeywardError => new KeywardError('invalid_input', message);

/** Lenient: clients send numbers and booleans also as texts. */
const CHECKS: { [F in keyof UserFields]-?: (value: unknown) => NonNullable<UserFields>[F] } = {
  username: checkUsername,
  password: checkPassword,
  role: checkRole,
  suspended: (value) => value === true || (value !== '0' && value !== 'false' && Number(value) !== 0),
  dailyMessageLimit: checkDailyLimit,
  bio: checkBio,
  pfpFilename: checkFilename,
};

/** Ignores unknown fields. @throws KeywardError `invalid_input` for the first invalid field. */
export function checkUser(input: UserInput): UserFields {
  const known = Object.entries(CHECKS).filter(([name]) => input[name as keyof UserFields] !== undefined);
  return Object.fromEntries(known.map(([name, check]) => [name, check(input[name as keyof UserFields])]));
}

export function checkUsername(value: unknown): string {
  const username = typeof value === 'string' ? value : '';
  if (username.length < 2) throw refused('Username must be at least 2 characters');
  if (username.length > USERNAME_MAX)
    throw refused(`Username cannot be longer than ${USERNAME_MAX} characters`);
  if (!USERNAME.test(username))
    throw refused('Username must start with a lowercase letter; then a-z, 0-9 and . _ @ - may follow');
  return username;
}

/** Whether people could choose it. */
export const isUsername = (text: string): boolean =>
  text.length >= 2 && text.length <= USERNAME_MAX && USERNAME.test(text);

export function checkPassword(value: unknown): string {
  const password = typeof value === 'string' ? value : '';
  if (password.length < PASSWORD_MIN)
    throw refused(`password should be at least ${PASSWORD_MIN} characters long`);
  if (password.length > PASSWORD_MAX)
    throw refused(`password should be at most ${PASSWORD_MAX} characters long`);
  // No login accepts it (developer/fields.ts).
  if (password.includes('\0')) throw refused('password cannot contain the character U+0000');
  return password;
}

function checkRole(value: unknown): UserRole {
  const role = USER_ROLES.find((known) => known === value);
  if (role === undefined) throw refused('Invalid role. Allowed roles are: default, manager, admin');
  return role;
}

function checkDailyLimit(value: unknown): number | null {
  if (value === null) return null;
  const limit = typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : 0;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw refused('Daily message limit must be null or a whole number from 1');
  return limit;
}

function checkBio(value: unknown): string {
  const bio = typeof value === 'string' ? value : '';
  if (bio.length > BIO_MAX) throw refused(`Bio cannot be longer than ${BIO_MAX} characters`);
  if (bio.includes('\0')) throw refused('Bio cannot contain the character U+0000');
  return bio.toWellFormed();
}

/** A name, never a path: it is appended to a folder. */
function checkFilename(value: unknown): string | null {
  if (value === null || value === '') return null;
  if (typeof value === 'string' && value.length <= FILENAME_MAX && /^[\w-][\w.-]*$/.test(value)) return value;
  throw refused('pfpFilename must be the name of a file');
}
