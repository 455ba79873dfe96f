import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/workers',
  component: lazyRouteComponent(() => import('./workers-page.tsx'), 'WorkersPage'),
});

const newRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/workers/new',
  component: lazyRouteComponent(() => import('./new-worker-page.tsx'), 'NewWorkerPage'),
});

const workerRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/workers/$id',
  component: lazyRouteComponent(() => import('./worker-page.tsx'), 'WorkerPage'),
});

export const workerRoutes = [listRoute, newRoute, workerRoute];
