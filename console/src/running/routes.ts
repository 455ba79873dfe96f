import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/running',
  component: lazyRouteComponent(() => import('./running-page.tsx'), 'RunningPage'),
});

export const runningRoutes = [listRoute];
