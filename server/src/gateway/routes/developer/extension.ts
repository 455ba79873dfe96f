import type { Route } from '../../route.ts';

export const extensionRoutes: Route[] = [];
