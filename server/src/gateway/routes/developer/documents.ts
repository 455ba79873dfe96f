import type { Route } from '../../route.ts';

export const documentsRoutes: Route[] = [];
