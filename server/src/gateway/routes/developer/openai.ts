import type { Route } from '../../route.ts';

export const openaiRoutes: Route[] = [];
