import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const TEXTS = ['actor', 'action', 'target', 'from', 'to'] as const;
export const OUTCOMES = ['ok', 'refused', 'failed'] as const;

/** Times as `datetime-local` fields have them: in the reader's zone. */
export type AuditSearch = Partial<Record<(typeof TEXTS)[number], string>> & {
  outcome?: (typeof OUTCOMES)[number];
  /** The number of the record that is open. */
  record?: number;
};

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/audit',
  validateSearch: (search: Record<string, unknown>): AuditSearch => {
    const outcome = OUTCOMES.find((one) => one === search['outcome']);
    return {
      ...Object.fromEntries(
        TEXTS.flatMap((name) => {
          const value = search[name];
          return typeof value === 'string' && value !== '' ? [[name, value]] : [];
        }),
      ),
      ...(outcome === undefined ? {} : { outcome }),
      ...(Number.isSafeInteger(search['record']) ? { record: search['record'] as number } : {}),
    };
  },
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
});

export const auditRoutes = [listRoute];
