import type { Route } from '../../route.ts';

export const embedsRoutes: Route[] = [];
