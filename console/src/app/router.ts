import { createRouter } from '@tanstack/react-router';
import { BASE_PATH } from '../api/client.ts';
import { auditRoutes } from '../audit/routes.ts';
import { keyRoutes } from '../keys/routes.ts';
import { documentRoutes } from '../documents/routes.ts';
import { overviewRoutes } from '../overview/routes.ts';
import { runningRoutes } from '../running/routes.ts';
import { sessionRoutes } from '../session/routes.ts';
import { widgetRoutes } from '../widgets/routes.ts';
import { workspaceRoutes } from '../workspaces/routes.ts';
import { frameRoute, rootRoute } from './frame-route.ts';
import { NotFound, RouteProblem } from './route-problem.tsx';

const routeTree = rootRoute.addChildren([
  ...sessionRoutes,
  frameRoute.addChildren([
    ...overviewRoutes,
    ...keyRoutes,
    ...runningRoutes,
    ...workspaceRoutes,
    ...documentRoutes,
    ...widgetRoutes,
    ...auditRoutes,
  ]),
]);

/** All pages. A page is loaded when it is opened, or when its link is about to be followed. */
export const router = createRouter({
  routeTree,
  basepath: BASE_PATH,
  // Only what a page validates: an address may hold anything.
  search: { strict: true },
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: RouteProblem,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
