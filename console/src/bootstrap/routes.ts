import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

export interface BootstrapSearch {
  stack?: string | undefined;
  /** One of the states; the page leaves out any other. */
  state?: string | undefined;
}

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/bootstrap',
  validateSearch: ({ stack, state }: Record<string, unknown>): BootstrapSearch => ({
    ...(typeof stack === 'string' && stack !== '' ? { stack } : {}),
    ...(typeof state === 'string' && state !== '' ? { state } : {}),
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
