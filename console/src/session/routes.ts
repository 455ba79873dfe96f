import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/frame-route.ts';

/** A path of this console. Anything else would send people who sign in to another site. */
export const ownPath = (next: unknown): string | undefined =>
  typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : undefined;

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: ({
    next,
    error,
  }: Record<string, unknown>): { next?: string | undefined; error?: string | undefined } => ({
    next: ownPath(next),
    error: typeof error === 'string' ? error : undefined,
  }),
  component: lazyRouteComponent(() => import('./sign-in-page.tsx'), 'SignInPage'),
});

export const sessionRoutes = [signInRoute];
