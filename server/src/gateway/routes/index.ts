import type { Route } from '../route.ts';
import { auditRoutes } from './audit.ts';
import { developerRoutes } from './developer/index.ts';
import { docsRoutes } from './docs.ts';
import { importRoutes } from './import.ts';
import { keyStateRoutes } from './key-states.ts';
import { keyRoutes } from './keys.ts';
import { openaiRoutes } from './openai.ts';
import { ownerRoutes } from './owners.ts';
import { runningRoutes } from './running.ts';
import { systemRoutes } from './system.ts';
import { upstreamRoutes } from './upstreams.ts';
import { usageRoutes } from './usage.ts';
import { verifyRoutes } from './verify.ts';

/** Every route there is. The document describes all but the parts of its own page. */
export function allRoutes(version: string): Route[] {
  const described = describedRoutes();
  return [...described, ...docsRoutes(described, version)];
}

export const describedRoutes = (): Route[] => [
  ...openaiRoutes,
  ...keyRoutes,
  ...keyStateRoutes,
  ...verifyRoutes,
  ...importRoutes,
  ...runningRoutes,
  ...ownerRoutes,
  ...upstreamRoutes,
  ...usageRoutes,
  ...auditRoutes,
  ...systemRoutes,
  ...developerRoutes,
];
