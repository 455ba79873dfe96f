import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const FILTERS = ['actor', 'action', 'target', 'from', 'to'] as const;

/** Times as `datetime-local` fields have them: in the reader's zone. */
export type AuditSearch = Partial<Record<(typeof FILTERS)[number], string>> & { record?: number };

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/audit',
  validateSearch: (search: Record<string, unknown>): AuditSearch => ({
    ...Object.fromEntries(
      FILTERS.flatMap((name) => {
        const value = search[name];
        return typeof value === 'string' && value !== '' ? [[name, value]] : [];
      }),
    ),
    ...(Number.isSafeInteger(search['record']) ? { record: search['record'] as number } : {}),
  }),
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
});

export const auditRoutes = [listRoute];
