import type { Budget, Limit } from '../access/index.ts';

export const OWNER_KINDS = ['person', 'service', 'team'] as const;
export type OwnerKind = (typeof OWNER_KINDS)[number];
export const OWNER_STATES = ['active', 'suspended', 'deleted'] as const;
export type OwnerState = (typeof OWNER_STATES)[number];

/** Whose what the operator makes is, and whoever is logged in where there are no users. */
export const ADMIN_NAME = 'admin';

/** The principal that keys belong to. Suspending or deleting one ends its keys at once. Times in ms since 1970. */
export interface Owner {
  id: string;
  name: string;
  kind: OwnerKind;
  state: OwnerState;
  /**
   * Under which its use is counted: its own id, or that of a deleted owner of the same name, so that deleting and making it
   * anew is no way to a full budget. Guarded by shared-budgets.test.ts.
   */
  account: string;
  /** Of all its keys together, and of the sessions of its user. */
  limits: Limit[];
  budgets: Budget[];
  createdAt: number;
  revision: number;
}
