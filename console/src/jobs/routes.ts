import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

export const STATES = ['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED'] as const;

export interface JobSearch {
  state?: (typeof STATES)[number] | undefined;
  /** Of all owners, for administrators. */
  all?: boolean | undefined;
}

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/jobs',
  validateSearch: ({ state, all }: Record<string, unknown>): JobSearch => ({
    state: STATES.find((one) => one === state),
    all: all === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('./jobs-page.tsx'), 'JobsPage'),
});

const newRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/jobs/new',
  component: lazyRouteComponent(() => import('./new-job-page.tsx'), 'NewJobPage'),
});

const jobRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/jobs/$id',
  component: lazyRouteComponent(() => import('./any-job-page.tsx'), 'AnyJobPage'),
});

export const jobRoutes = [listRoute, newRoute, jobRoute];
