export const OWNER_KINDS = ['person', 'service', 'team'] as const;
export type OwnerKind = (typeof OWNER_KINDS)[number];
export const OWNER_STATES = ['active', 'suspended', 'deleted'] as const;
export type OwnerState = (typeof OWNER_STATES)[number];

/** The principal that keys belong to. Suspending or deleting one ends its keys at once. Times in ms since 1970. */
export interface Owner {
  id: string;
  name: string;
  kind: OwnerKind;
  state: OwnerState;
  createdAt: number;
  revision: number;
}
