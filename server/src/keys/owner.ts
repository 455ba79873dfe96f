import type { Budget, Limit } from '../access/index.ts';

export const OWNER_KINDS = ['person', 'service', 'team'] as const;
export type OwnerKind = (typeof OWNER_KINDS)[number];
export const OWNER_STATES = ['active', 'suspended', 'deleted'] as const;
export type OwnerState = (typeof OWNER_STATES)[number];

/** The owner of what the operator makes, and of sessions while there are no users. */
export const ADMIN_NAME = 'admin';

/** The principal that keys belong to. Suspending or deleting one ends its keys at once. Times in ms since 1970. */
export interface Owner {
  id: string;
  name: string;
  kind: OwnerKind;
  state: OwnerState;
  /**
   * The id under which its use is counted: its own, or that of a deleted owner of the same name, so that deleting and
   * making it again does not fill a budget. Guarded by shared-budgets.test.ts.
   */
  account: string;
  /** Of all its keys and the sessions of its user together. */
  limits: Limit[];
  budgets: Budget[];
  createdAt: number;
  revision: number;
}
