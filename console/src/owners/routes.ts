import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/owners',
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
