import { randomUUID } from 'node:crypto';
import { IP } from '../identity.fixture.ts';
import type { Identity } from '../identity.ts';
import type { User, UserRole } from '../user.ts';
import type { Person } from './claims.ts';
import { signInWithProvider, type OidcSignIn } from './sign-in.ts';

export const ADA: Person = {
  issuer: 'https://id.example.com',
  subject: 'ada',
  email: 'ada@example.com',
  name: 'ada',
  groups: ['staff'],
};

const ROLES: { group: string; role: UserRole }[] = [
  { group: 'platform', role: 'admin' },
  { group: 'ml', role: 'manager' },
  { group: 'staff', role: 'default' },
];

/** A sign-in of Ada, or of a person that differs from her. */
export function signIn(
  identity: Identity,
  person: Partial<Person> = {},
  { linksByEmail = false, state = randomUUID() }: { linksByEmail?: boolean; state?: string } = {},
): Promise<OidcSignIn> {
  return signInWithProvider(identity, {
    person: { ...ADA, ...person },
    settings: { roles: ROLES, linksByEmail },
    transaction: { state, expiresAt: identity.keys.clock.nowMs() + 60_000 },
    device: { ip: IP },
  });
}

/** The token and the user of a sign-in that succeeded. */
export async function entered(
  identity: Identity,
  person: Partial<Person> = {},
  linksByEmail = false,
): Promise<{ token: string; user: User }> {
  const result = await signIn(identity, person, { linksByEmail });
  if (!result.ok) throw new Error(result.why);
  return result;
}

/** Whether a session is open. */
export const isOpen = (identity: Identity, { token }: { token: string }): Promise<boolean> =>
  identity.authenticate(`Bearer ${token}`, IP).then(
    () => true,
    () => false,
  );
