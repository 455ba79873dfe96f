import type { Route } from './services.ts';
import { auditRoutes } from './audit.ts';
import { bootstrapRoutes } from './bootstrap.ts';
import { enrolmentRoutes } from './jobs/enrolment.ts';
import { jobRoutes } from './jobs/jobs.ts';
import { workerJobRoutes } from './jobs/worker-jobs.ts';
import { workerRoutes } from './jobs/workers.ts';
import { importRoutes } from './keys/import.ts';
import { keyStateRoutes } from './keys/key-states.ts';
import { keyRoutes } from './keys/keys.ts';
import { ownerRoutes } from './owners.ts';
import { runningRoutes } from './running/running.ts';
import { systemRoutes } from './system.ts';
import { upstreamRoutes } from './upstreams.ts';
import { usageRoutes } from './usage.ts';
import { verifyRoutes } from './keys/verify.ts';

/** Keyward's own API. */
export const apiRoutes: Route[] = [
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
  ...enrolmentRoutes,
  ...systemRoutes,
];
export { docsRoutes } from './docs.ts';
export { readinessOf } from './readiness.ts';
export type { Services as ApiServices } from './services.ts';
