import type { Route } from '../../route.ts';

export const threadsRoutes: Route[] = [];
