import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

export const RANGES = ['day', 'week', 'month'] as const;
export type Range = (typeof RANGES)[number];

const overviewRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  validateSearch: ({ range }: Record<string, unknown>): { range?: Range } =>
    RANGES.some((one) => one === range) ? { range: range as Range } : {},
  component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
});

export const overviewRoutes = [overviewRoute];
