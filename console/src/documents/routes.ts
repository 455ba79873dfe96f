import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

export interface DocumentSearch {
  /** @default the server's default folder */
  folder?: string | undefined;
  /** Part of a title. */
  q?: string | undefined;
}

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/documents',
  validateSearch: ({ folder, q }: Record<string, unknown>): DocumentSearch => ({
    ...(typeof folder === 'string' && folder !== '' ? { folder } : {}),
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
  }),
  component: lazyRouteComponent(() => import('./documents-page.tsx'), 'DocumentsPage'),
});

export const documentRoutes = [listRoute];
