import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

export const STATES = ['active', 'disabled', 'quarantined', 'revoked', 'expired'] as const;

export interface KeySearch {
  q?: string | undefined;
  state?: (typeof STATES)[number] | undefined;
  role?: 'client' | 'miner' | 'admin' | undefined;
  unused?: 7 | 30 | 90 | undefined;
  expiring?: 1 | 7 | 30 | undefined;
}

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/keys',
  validateSearch: ({ q, state }: Record<string, unknown>): KeySearch => ({
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(STATES.some((one) => one === state) ? { state: state as (typeof STATES)[number] } : {}),
  }),
  component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
});

export const keyRoutes = [listRoute];
