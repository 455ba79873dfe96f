import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/bootstrap',
  validateSearch: ({ stack }: Record<string, unknown>): { stack?: string | undefined } => ({
    stack: typeof stack === 'string' && stack !== '' ? stack : undefined,
  }),
  component: lazyRouteComponent(() => import('./bootstrap-page.tsx'), 'BootstrapPage'),
});

const planRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/bootstrap/plan',
  component: lazyRouteComponent(() => import('./plan-page.tsx'), 'PlanPage'),
});

const keyRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/bootstrap/$stack/$id',
  component: lazyRouteComponent(() => import('./managed-key-page.tsx'), 'ManagedKeyPage'),
});

export const bootstrapRoutes = [listRoute, planRoute, keyRoute];
