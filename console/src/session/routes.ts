import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { queryClient } from '../api/queries.ts';
import { frameRoute, rootRoute } from '../app/frame-route.ts';
import { sessionQuery } from './session-queries.ts';

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
  // Who is signed in goes on; after a refusal of a provider the reason is read first.
  beforeLoad: async ({ search: { next = '/', error } }) => {
    const { session } = await queryClient.ensureQueryData(sessionQuery);
    if (session !== null && error === undefined) throw redirect({ to: next, replace: true });
  },
  component: lazyRouteComponent(() => import('./sign-in-page.tsx'), 'SignInPage'),
});

const recoverRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/recover',
  component: lazyRouteComponent(() => import('./recover-page.tsx'), 'RecoverPage'),
});

const inviteRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invite/$code',
  component: lazyRouteComponent(() => import('./invite-page.tsx'), 'InvitePage'),
});

const welcomeRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/welcome',
  // There is nothing to choose any more.
  beforeLoad: async () => {
    const { mode } = await queryClient.ensureQueryData(sessionQuery);
    if (mode === 'multi-user') throw redirect({ to: '/', replace: true });
  },
  component: lazyRouteComponent(() => import('./welcome-page.tsx'), 'WelcomePage'),
});

const accountRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./account-page.tsx'), 'AccountPage'),
});

/** Before somebody is signed in. */
export const signInRoutes = [signInRoute, recoverRoute, inviteRoute];
export const accountRoutes = [welcomeRoute, accountRoute];
