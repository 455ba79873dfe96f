import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

export interface ListSearch {
  q?: string | undefined;
}

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/workspaces',
  validateSearch: ({ q }: Record<string, unknown>): ListSearch =>
    typeof q === 'string' && q !== '' ? { q } : {},
  component: lazyRouteComponent(() => import('./workspaces-page.tsx'), 'WorkspacesPage'),
});

export const TABS = ['chat', 'documents', 'settings', 'members'] as const;
export type Tab = (typeof TABS)[number];

export interface WorkspaceSearch {
  tab?: Tab | undefined;
  /** The slug of a thread; without it the person's own conversation. */
  thread?: string | undefined;
}

const workspaceRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/workspaces/$slug',
  validateSearch: ({ tab, thread }: Record<string, unknown>): WorkspaceSearch => ({
    ...(TABS.some((one) => one === tab) ? { tab: tab as Tab } : {}),
    ...(typeof thread === 'string' && thread !== '' ? { thread } : {}),
  }),
  component: lazyRouteComponent(() => import('./workspace-page.tsx'), 'WorkspacePage'),
});

export const workspaceRoutes = [listRoute, workspaceRoute];
