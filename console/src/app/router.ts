import { createRouter } from '@tanstack/react-router';
import { BASE_PATH } from '../api/client.ts';
import { auditRoutes } from '../audit/routes.ts';
import { batchRoutes } from '../batches/routes.ts';
import { bootstrapRoutes } from '../bootstrap/routes.ts';
import { jobRoutes } from '../jobs/routes.ts';
import { keyRoutes } from '../keys/routes.ts';
import { documentRoutes } from '../documents/routes.ts';
import { marketplaceRoutes } from '../marketplace/routes.ts';
import { modelRoutes } from '../models/routes.ts';
import { overviewRoutes } from '../overview/routes.ts';
import { ownerRoutes } from '../owners/routes.ts';
import { peopleRoutes } from '../people/routes.ts';
import { runningRoutes } from '../running/routes.ts';
import { swarmRoutes } from '../swarm/routes.ts';
import { upstreamRoutes } from '../upstreams/routes.ts';
import { workerRoutes } from '../workers/routes.ts';
import { workflowRoutes } from '../workflows/routes.ts';
import { accountRoutes, signInRoutes } from '../session/routes.ts';
import { widgetRoutes } from '../widgets/routes.ts';
import { workspaceRoutes } from '../workspaces/routes.ts';
import { frameRoute, rootRoute } from './frame-route.ts';
import { NotFound, RouteProblem } from './route-problem.tsx';

const routeTree = rootRoute.addChildren([
  ...signInRoutes,
  frameRoute.addChildren([
    ...accountRoutes,
    ...overviewRoutes,
    ...keyRoutes,
    ...runningRoutes,
    ...ownerRoutes,
    ...peopleRoutes,
    ...upstreamRoutes,
    ...modelRoutes,
    ...workspaceRoutes,
    ...documentRoutes,
    ...widgetRoutes,
    ...jobRoutes,
    ...workerRoutes,
    ...batchRoutes,
    ...marketplaceRoutes,
    ...workflowRoutes,
    ...swarmRoutes,
    ...bootstrapRoutes,
    ...auditRoutes,
  ]),
]);

/** All pages. A page is loaded when it is opened, or when its link is about to be followed. */
export const router = createRouter({
  routeTree,
  basepath: BASE_PATH,
  // Only what a page validates: an address may hold anything.
  search: { strict: true },
  // What was typed for one thing must not stand in the form of another. Guarded by console/test/key-page.test.ts.
  defaultRemountDeps: ({ params }) => params as Record<string, string>,
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
