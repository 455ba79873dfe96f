import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';
import { given, searchText } from '../page/search-values.ts';

export const STATES = ['active', 'disabled', 'quarantined', 'revoked', 'expired'] as const;
export const ROLES = ['client', 'miner', 'admin'] as const;
/** Days without use, and days until the expiry, that the list can be filtered by. */
export const UNUSED_DAYS = [7, 30, 90] as const;
export const EXPIRING_DAYS = [1, 7, 30] as const;

export interface KeySearch {
  q?: string | undefined;
  state?: (typeof STATES)[number] | undefined;
  owner?: string | undefined;
  role?: (typeof ROLES)[number] | undefined;
  tag?: string | undefined;
  unused?: (typeof UNUSED_DAYS)[number] | undefined;
  expiring?: (typeof EXPIRING_DAYS)[number] | undefined;
  /** Only keys with scopes that no request needed. */
  scopes?: 'unused' | undefined;
}

/** The value if it is one of these. */
const oneOf = <const T>(values: readonly T[], value: unknown): T | undefined =>
  values.find((one) => one === value);

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/keys',
  validateSearch: (search: Record<string, unknown>): KeySearch =>
    given({
      q: searchText(search['q']),
      state: oneOf(STATES, search['state']),
      owner: searchText(search['owner']),
      role: oneOf(ROLES, search['role']),
      tag: searchText(search['tag']),
      unused: oneOf(UNUSED_DAYS, search['unused']),
      expiring: oneOf(EXPIRING_DAYS, search['expiring']),
      scopes: oneOf(['unused'], search['scopes']),
    }),
  component: lazyRouteComponent(() => import('./list/keys-page.tsx'), 'KeysPage'),
});

const newRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/keys/new',
  validateSearch: (search: Record<string, unknown>): { parent?: string | undefined } =>
    given({ parent: searchText(search['parent']) }),
  component: lazyRouteComponent(() => import('./form/new-key-page.tsx'), 'NewKeyPage'),
});

export const TABS = ['overview', 'access', 'secrets', 'refusals', 'children', 'history'] as const;
export type Tab = (typeof TABS)[number];
export const USAGE_DAYS = [1, 7, 30, 90] as const;

export interface KeyPageSearch {
  tab?: Tab | undefined;
  /** Days of the usage that is shown. */
  days?: (typeof USAGE_DAYS)[number] | undefined;
  /** The permissions begin without the scopes that no request needed. */
  narrow?: true | undefined;
}

const keyRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/keys/$id',
  validateSearch: (search: Record<string, unknown>): KeyPageSearch =>
    given({
      tab: oneOf(TABS, search['tab']),
      days: oneOf(USAGE_DAYS, search['days']),
      narrow: oneOf([true], search['narrow']),
    }),
  component: lazyRouteComponent(() => import('./key/key-page.tsx'), 'KeyPage'),
});

export const keyRoutes = [listRoute, newRoute, keyRoute];
