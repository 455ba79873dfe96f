import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/models',
  component: lazyRouteComponent(() => import('./models-page.tsx'), 'ModelsPage'),
});

export const modelRoutes = [listRoute];
