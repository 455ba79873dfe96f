import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';
import { given, searchText } from '../page/search-values.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/owners',
  validateSearch: ({ q }: Record<string, unknown>): { q?: string | undefined } => given({ q: searchText(q) }),
  component: lazyRouteComponent(() => import('./owners-page.tsx'), 'OwnersPage'),
});

const newRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/owners/new',
  component: lazyRouteComponent(() => import('./new-owner-page.tsx'), 'NewOwnerPage'),
});

const ownerRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/owners/$id',
  component: lazyRouteComponent(() => import('./owner-page.tsx'), 'OwnerPage'),
});

export const ownerRoutes = [listRoute, newRoute, ownerRoute];
