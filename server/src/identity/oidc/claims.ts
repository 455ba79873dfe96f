import type { RoleRule } from '../../base/forms/oidc-settings.ts';
import { USER_ROLES, type UserRole } from '../user.ts';
import { SignInFailure } from './sign-in-failure.ts';

/** A person as the provider describes it. */
export interface Person {
  issuer: string;
  /** Identifies the person at the issuer. An e-mail address does not: another person can get it later. */
  subject: string;
  /** A to Z in lower case; undefined where the provider has not verified it. */
  email: string | undefined;
  /** The name at the provider, which people may choose themselves. */
  name: string | undefined;
  groups: string[];
}

type Claims = Record<string, unknown>;

/** OpenID Connect Core, 2. */
const SUBJECT_MAX_CHARACTERS = 255;

/** @param more the claims that are not in the ID token; asked only where one is missing. @throws SignInFailure */
export async function personOf(
  claims: Claims & { iss: string; sub: string },
  { groupsClaim, more }: { groupsClaim: string; more: () => Promise<Claims> },
): Promise<Person> {
  const { iss: issuer, sub: subject } = claims;
  if (subject === '' || subject.length > SUBJECT_MAX_CHARACTERS || subject.includes('\0'))
    throw new SignInFailure('oidc_invalid');
  const isComplete = claims[groupsClaim] !== undefined && claims['email'] !== undefined;
  const others = isComplete ? {} : await more();
  // An address and its verification come from the same place.
  const email = claims['email'] === undefined ? emailIn(others) : emailIn(claims);
  const groups = groupsClaim === 'email' ? email : (claims[groupsClaim] ?? others[groupsClaim]);
  const name = textIn(claims['preferred_username']) ?? textIn(others['preferred_username']);
  return { issuer, subject, email, name, groups: textsIn(groups) };
}

/** Other letters stay: in lower case, the Kelvin sign is the k of another address. Guarded by oidc-lies.test.ts. */
const emailIn = ({ email, email_verified: isVerified }: Claims): string | undefined =>
  isVerified === true ? textIn(email)?.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) : undefined;

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const textsIn = (value: unknown): string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string');

/** The most powerful role of the groups; that of `*` for people in none of them; undefined: no access. */
export function roleOf(groups: readonly string[], rules: readonly RoleRule[]): UserRole | undefined {
  const named = rules.filter(({ group }) => group !== '*' && groups.includes(group));
  const counted = named.length > 0 ? named : rules.filter(({ group }) => group === '*');
  return USER_ROLES.find((role) => counted.some((rule) => rule.role === role));
}
