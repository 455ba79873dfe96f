import type { Route } from '../../route.ts';

export const developerKeysRoutes: Route[] = [];
