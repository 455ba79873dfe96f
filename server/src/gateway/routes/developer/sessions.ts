import type { Route } from '../../route.ts';

export const sessionsRoutes: Route[] = [];
