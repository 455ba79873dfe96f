import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../app/frame-route.ts';

const listRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/widgets',
  component: lazyRouteComponent(() => import('./widgets-page.tsx'), 'WidgetsPage'),
});

export const TABS = ['page', 'preview', 'settings', 'chats'] as const;
export type Tab = (typeof TABS)[number];

const widgetRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/widgets/$uuid',
  validateSearch: ({ tab }: Record<string, unknown>): { tab?: Tab } =>
    TABS.some((one) => one === tab) ? { tab: tab as Tab } : {},
  component: lazyRouteComponent(() => import('./widget-page.tsx'), 'WidgetPage'),
});

export const widgetRoutes = [listRoute, widgetRoute];
