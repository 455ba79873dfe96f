import { Type } from 'typebox';
import type { Route } from '../services.ts';
import { systemRoute } from '../surface.ts';

export const authRoutes: Route[] = [
  systemRoute({
    method: 'GET',
    path: '/v1/auth',
    id: 'auth.check',
    summary: 'Whether the key is good',
    access: 'any',
    needsNoPermit: true,
    responses: { 200: Type.Object({ authenticated: Type.Boolean() }) },
    handler: () => ({ status: 200, body: { authenticated: true } }),
  }),
];
