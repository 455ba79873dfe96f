import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

/** The periods of the plots, and what one bar of them covers. */
export const RANGES = {
  day: { days: 1, step: 'hour' },
  week: { days: 7, step: 'day' },
  month: { days: 30, step: 'day' },
} as const;
export type Range = keyof typeof RANGES;

const overviewRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  validateSearch: ({ range }: Record<string, unknown>): { range?: Range } =>
    typeof range === 'string' && Object.hasOwn(RANGES, range) ? { range: range as Range } : {},
  component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
});

export const overviewRoutes = [overviewRoute];
