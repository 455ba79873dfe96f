import { apiRoutes, capabilitiesRoute, docsRoutes, type ApiServices } from '../api/index.ts';
import { developerRoutes, type DeveloperServices } from '../developer/index.ts';
import type { Route } from '../http/index.ts';
import { openaiRoutes, type OpenaiServices } from '../openai/index.ts';

/** All routes. The OpenAPI document leaves out those of its own page. */
export function allRoutes(version: string): Route<ApiServices & OpenaiServices & DeveloperServices>[] {
  const described: Route<ApiServices & OpenaiServices & DeveloperServices>[] = [
    ...openaiRoutes,
    ...apiRoutes,
    capabilitiesRoute(() => described),
    ...developerRoutes,
  ];
  return [...described, ...docsRoutes(described, version)];
}
