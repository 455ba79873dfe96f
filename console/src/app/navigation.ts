/** The pages of the navigation, in groups. `scope`: without it the page is left out, as the server would refuse it; undefined: for all. */
export const NAVIGATION = [
  { group: 'Keyward', pages: [{ label: 'Overview', to: '/', scope: undefined }] },
  {
    group: 'Access',
    pages: [
      { label: 'Keys', to: '/keys', scope: 'keys:read' },
      { label: 'Running now', to: '/running', scope: 'keys:read' },
    ],
  },
  {
    group: 'Workspaces',
    pages: [
      { label: 'Workspaces', to: '/workspaces', scope: 'workspaces:read' },
      { label: 'Documents', to: '/documents', scope: 'documents:read' },
      { label: 'Widgets', to: '/widgets', scope: 'embeds:manage' },
    ],
  },
  { group: 'System', pages: [{ label: 'Audit', to: '/audit', scope: 'audit:read' }] },
] as const;
