/** The pages of the navigation, in groups. `scope`: without it the page is left out, as the server would refuse it; undefined: for all. */
export const NAVIGATION = [
  { group: undefined, pages: [{ label: 'Overview', to: '/', scope: undefined }] },
  {
    group: 'Access',
    pages: [
      { label: 'Keys', to: '/keys', scope: 'keys:read' },
      { label: 'Running now', to: '/running', scope: 'keys:read' },
      { label: 'Owners', to: '/owners', scope: 'keys:read' },
      { label: 'People', to: '/people', scope: 'users:manage' },
    ],
  },
  {
    group: 'Models',
    pages: [
      { label: 'Models', to: '/models', scope: 'models:use' },
      { label: 'Upstreams', to: '/upstreams', scope: 'models:manage' },
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
  {
    group: 'Work',
    pages: [
      { label: 'Jobs', to: '/jobs', scope: 'jobs:read' },
      { label: 'Workers', to: '/workers', scope: 'workers:read' },
      { label: 'Batches', to: '/batches', scope: 'batches:read' },
      { label: 'Marketplace', to: '/marketplace', scope: 'marketplace:read' },
      { label: 'Workflows', to: '/workflows', scope: 'agents:read' },
      { label: 'Swarm', to: '/swarm', scope: 'swarm:read' },
    ],
  },
  {
    group: 'System',
    pages: [
      { label: 'Bootstrap', to: '/bootstrap', scope: 'bootstrap:read' },
      { label: 'Audit', to: '/audit', scope: 'audit:read' },
    ],
  },
] as const;
