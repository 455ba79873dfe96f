import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { queryClient } from '../api/queries.ts';
import { sessionQuery } from '../session/session-queries.ts';

export const rootRoute = createRootRoute({ component: Outlet });

/** The frame of all pages that need a session: navigation, account, state of the connection. */
export const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'frame',
  component: lazyRouteComponent(() => import('./frame.tsx'), 'Frame'),
  beforeLoad: async ({ location }) => {
    const { session } = await queryClient.ensureQueryData(sessionQuery);
    // The page that was asked for comes after signing in.
    if (session === null) throw redirect({ to: '/sign-in', search: { next: location.href } });
  },
});
