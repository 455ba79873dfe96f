import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/marketplace',
  component: lazyRouteComponent(() => import('./marketplace-page.tsx'), 'MarketplacePage'),
});

export const marketplaceRoutes = [listRoute];
