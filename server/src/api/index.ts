import type { Route } from './services.ts';
import { agentRoutes } from './agents/agents.ts';
import { executionRoutes } from './agents/executions.ts';
import { auditRoutes } from './audit.ts';
import { bootstrapRoutes } from './bootstrap.ts';
import { adminRoutes } from './jobs/admin/admin.ts';
import { enrolmentRoutes } from './jobs/enrolment.ts';
import { jobRoutes } from './jobs/jobs.ts';
import { marketplaceRoutes } from './jobs/marketplace.ts';
import { workerJobRoutes } from './jobs/worker-jobs.ts';
import { workerResultRoutes } from './jobs/worker-results.ts';
import { workerRoutes } from './jobs/workers.ts';
import { importRoutes } from './keys/import.ts';
import { keyStateRoutes } from './keys/key-states.ts';
import { keyRoutes } from './keys/keys.ts';
import { liveRoutes } from './live/live-lists.ts';
import { ownerRoutes } from './owners.ts';
import { oidcRoutes } from './sessions/oidc.ts';
import { runningRoutes } from './running/running.ts';
import { passwordRoutes } from './sessions/password.ts';
import { sessionListRoutes } from './sessions/session-list.ts';
import { sessionRoutes } from './sessions/session.ts';
import { wayInRoutes } from './sessions/ways-in.ts';
import { systemRoutes } from './system.ts';
import { swarmRoutes } from './swarm/swarm.ts';
import { upstreamRoutes } from './upstreams.ts';
import { usageRoutes } from './usage.ts';
import { verifyRoutes } from './keys/verify.ts';

/** Keyward's own API. */
export const apiRoutes: Route[] = [
  ...sessionRoutes,
  ...sessionListRoutes,
  ...passwordRoutes,
  ...wayInRoutes,
  ...keyRoutes,
  ...keyStateRoutes,
  ...verifyRoutes,
  ...importRoutes,
  ...runningRoutes,
  ...ownerRoutes,
  ...upstreamRoutes,
  ...usageRoutes,
  ...auditRoutes,
  ...bootstrapRoutes,
  ...jobRoutes,
  ...workerRoutes,
  ...workerJobRoutes,
  ...workerResultRoutes,
  ...marketplaceRoutes,
  ...adminRoutes,
  ...liveRoutes,
  ...agentRoutes,
  ...executionRoutes,
  ...swarmRoutes,
  ...enrolmentRoutes,
  ...oidcRoutes,
  ...systemRoutes,
];
export { capabilitiesRoute } from './capabilities.ts';
export { docsRoutes } from './pages/docs.ts';
export { readinessOf } from './readiness.ts';
export type { Services as ApiServices } from './services.ts';
