import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/upstreams',
  component: lazyRouteComponent(() => import('./upstreams-page.tsx'), 'UpstreamsPage'),
});

const newRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/upstreams/new',
  component: lazyRouteComponent(() => import('./new-upstream-page.tsx'), 'NewUpstreamPage'),
});

const upstreamRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/upstreams/$id',
  component: lazyRouteComponent(() => import('./upstream-page.tsx'), 'UpstreamPage'),
});

export const upstreamRoutes = [listRoute, newRoute, upstreamRoute];
