import {
  KEYS_MIGRATIONS,
  openTestKeys,
  OPERATOR,
  type MovableClock,
  type TestKeys,
} from '../keys/keys.fixture.ts';
import type { OpenDatabase } from '../../test/databases.ts';
import { administratorsOf, enableMultiUser, Identity, identityMigrations } from './index.ts';
import type { Memberships, User } from './index.ts';

export const PASSWORD = 'correct horse';
export const IP = '192.0.2.7';

export interface TestIdentity {
  identity: Identity;
  clock: MovableClock;
  /** Another process's view of the same database. */
  readonly another: () => Promise<Identity>;
}

/** Workspaces belong to a module to the right. */
export const NO_MEMBERS: Memberships = {
  of: async () => [],
  named: async () => [],
  join: async () => undefined,
  forget: async () => undefined,
};

/** An empty database in the mode `setup`. */
export async function openTestIdentity(open: OpenDatabase, memberships = NO_MEMBERS): Promise<TestIdentity> {
  const migrations = [...KEYS_MIGRATIONS, ...identityMigrations];
  const first = await openTestKeys(open, { administrators: administratorsOf(memberships), migrations });
  const identityOf = ({ keys }: TestKeys): Identity => new Identity({ keys, memberships });
  return {
    identity: identityOf(first),
    clock: first.clock,
    another: async () => identityOf(await first.another()),
  };
}

/** In multi-user mode, with an administrator called `admin`. */
export async function openWithAdmin(
  open: OpenDatabase,
  memberships = NO_MEMBERS,
): Promise<TestIdentity & { admin: User }> {
  const opened = await openTestIdentity(open, memberships);
  const admin = await enableMultiUser(opened.identity, OPERATOR, { username: 'admin', password: PASSWORD });
  return { ...opened, admin };
}
