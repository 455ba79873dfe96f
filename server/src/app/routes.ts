import { apiRoutes, docsRoutes } from '../api/index.ts';
import { developerRoutes } from '../developer/index.ts';
import type { Route } from '../http/index.ts';
import { openaiRoutes } from '../openai/index.ts';

/** Every route there is. The document describes all but the parts of its own page. */
export function allRoutes(version: string): Route[] {
  const described = [...openaiRoutes, ...apiRoutes, ...developerRoutes];
  return [...described, ...docsRoutes(described, version)];
}
