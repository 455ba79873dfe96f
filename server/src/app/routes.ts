import { apiRoutes, capabilitiesRoute, docsRoutes, type ApiServices } from '../api/index.ts';
import { developerRoutes, type DeveloperServices } from '../developer/index.ts';
import type { Route } from '../http/index.ts';
import { openaiRoutes, type OpenaiServices } from '../openai/index.ts';

type AppRoute = Route<ApiServices & OpenaiServices & DeveloperServices>;

/** The routes of the OpenAPI document: all but those of pages for browsers. */
export function describedRoutes(): AppRoute[] {
  const described: AppRoute[] = [
    ...openaiRoutes,
    ...apiRoutes,
    capabilitiesRoute(() => described),
    ...developerRoutes,
  ];
  return described;
}

/** All routes. */
export function allRoutes(version: string): AppRoute[] {
  const described = describedRoutes();
  return [...described, ...docsRoutes(described, version)];
}
