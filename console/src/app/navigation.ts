/** The pages of the navigation, in groups. `scope`: without it the page is left out, as the server would refuse it. */
export const NAVIGATION = [
  { group: 'Access', pages: [{ label: 'Keys', to: '/keys', scope: 'keys:read' }] },
  {
    group: 'Workspaces',
    pages: [
      { label: 'Workspaces', to: '/workspaces', scope: 'workspaces:read' },
      { label: 'Documents', to: '/documents', scope: 'documents:read' },
      { label: 'Widgets', to: '/widgets', scope: 'embeds:manage' },
    ],
  },
] as const;
