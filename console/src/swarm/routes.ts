import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/swarm',
  component: lazyRouteComponent(() => import('./swarm-page.tsx'), 'SwarmPage'),
});

export const swarmRoutes = [listRoute];
