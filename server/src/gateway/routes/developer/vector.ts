import type { Route } from '../../route.ts';

export const vectorRoutes: Route[] = [];
