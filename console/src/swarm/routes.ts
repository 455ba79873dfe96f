import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/swarm',
  component: lazyRouteComponent(() => import('./swarm-page.tsx'), 'SwarmPage'),
});

const taskRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/swarm/tasks/$id',
  component: lazyRouteComponent(() => import('./task-page.tsx'), 'TaskPage'),
});

export const swarmRoutes = [listRoute, taskRoute];
