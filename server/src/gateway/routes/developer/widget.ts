import type { Route } from '../../route.ts';

export const widgetRoutes: Route[] = [];
