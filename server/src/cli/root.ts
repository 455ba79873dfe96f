import { OPERATIONS } from '@keyward/sdk/operations';
import { group, lazy, noun } from './command.ts';

const of = (operation: keyof typeof OPERATIONS): string => OPERATIONS[operation].summary;

/** All commands, in the order of the help. */
export const root = group('Hands out access to AI safely', {
  ...lazy(() => import('./server/verbs.ts'), {
    up: 'Start the server in the background and wait until it answers',
    down: 'Stop the server in the background',
    status: 'Show the state of the server on this machine',
    serve: 'Run the server in the foreground',
  }),
  auth: noun('Manage the key that the command line uses', () => import('./auth.ts'), {
    login: 'Check a key with the server and store it',
    status: 'Show the record of this key',
    logout: 'Forget a stored key',
    token: 'Print the key',
  }),
  keys: noun('Keys: permissions, limits and budgets', () => import('./keys/verbs.ts'), {
    create: of('keys.create'),
    list: of('keys.list'),
    get: of('keys.get'),
    update: of('keys.update'),
    rotate: of('keys.rotate'),
    'end-secret': of('keys.end_secret'),
    disable: of('keys.disable'),
    enable: of('keys.enable'),
    quarantine: of('keys.quarantine'),
    revoke: of('keys.revoke'),
    restore: of('keys.restore'),
    verify: of('keys.verify'),
    import: of('keys.import'),
    usage: of('keys.usage'),
  }),
  owners: noun('Owners: the people, services and teams that keys belong to', () => import('./owners.ts'), {
    create: of('owners.create'),
    list: of('owners.list'),
    get: of('owners.get'),
    update: 'Rename an owner, or change its kind',
    suspend: 'End all keys of an owner at once, temporarily',
    activate: 'Reactivate a suspended owner and its keys',
    delete: of('owners.delete'),
  }),
  running: noun('Running requests', () => import('./running.ts'), {
    list: of('running.list'),
    stop: 'Stop one request, or all requests of a key, an owner or a tag',
  }),
  models: noun('Models that a key may use', () => import('./models.ts'), { list: of('models.list') }),
  upstreams: noun('Upstreams: servers of models', () => import('./upstreams/verbs.ts'), {
    add: of('upstreams.add'),
    list: of('upstreams.list'),
    get: of('upstreams.get'),
    update: of('upstreams.update'),
    test: of('upstreams.test'),
    remove: of('upstreams.remove'),
  }),
  workspaces: noun('Workspaces: documents and chats', () => import('./workspaces/verbs.ts'), {
    create: of('workspaces.create'),
    list: 'All workspaces',
    get: 'One workspace, with its documents',
    delete: of('workspaces.delete'),
    ask: 'Ask a workspace',
  }),
  documents: noun('Documents of workspaces', () => import('./documents/verbs.ts'), {
    add: 'Store files, folders or web pages, and add them to a workspace',
    list: of('documents.list'),
    remove: 'Remove documents, also from every workspace',
  }),
  ...lazy(() => import('./chat.ts'), { chat: 'Chat with a model' }),
  ...lazy(() => import('./usage.ts'), { usage: of('usage.report') }),
  audit: noun('The audit record of all changes', () => import('./audit/verbs.ts'), {
    list: of('audit.list'),
    checkpoint: of('audit.checkpoint'),
    export: 'Write the whole record into a file that can be verified anywhere',
    verify: 'Verify an exported record offline, or the one of this machine',
  }),
  ...lazy(() => import('./endpoints.ts'), {
    endpoints: 'List the endpoints, from the OpenAPI document of the server',
  }),
  miner: noun('Workers, which do jobs', () => import('./miner/verbs.ts'), {
    run: 'Serve jobs with the local model, or with a server of models',
    register: of('workers.register'),
    status: 'List your workers',
    drain: 'Let a worker finish its jobs, and give it no more',
    enroll: of('workers.enroll'),
    join: 'Exchange a one-time token for the key of this machine, and store it',
  }),
  bootstrap: group('Put keys where programs find them', {
    ...lazy(() => import('./bootstrap/verbs.ts'), {
      plan: 'Show what apply would do',
      apply: 'Store what is missing, and mint what only a service can give',
      status: 'Show what is stored, from where, and what the services say of it',
      verify: 'Check that everything is in step; exit code 1 if not',
      rotate: 'Replace values, and end the former ones once nobody needs them',
      gc: 'Revoke keys that killed runs have left in a service',
      destroy: 'Revoke minted keys, and remove all values',
      import: 'Take the secrets of a compose stack over, and show the change as a diff',
      'hand-over': 'Wrap one value for one receiver, who gets it once',
      receive: 'Take a value that was handed over',
    }),
    ...lazy(() => import('./bootstrap/record.ts'), {
      list: of('bootstrap.list'),
      get: of('bootstrap.get'),
      forget: 'Forget the record of a key or of a whole stack',
    }),
  }),
  import: noun('Import from another program', () => import('./import/verbs.ts'), {
    anythingllm: 'Import the storage directory of AnythingLLM',
    status: 'Show how many imported documents are embedded',
  }),
  ...lazy(() => import('./server/verbs.ts'), {
    migrate: 'Migrate the database to this version',
    backup: 'Write the whole database into a file',
    restore: 'Fill an empty database from a backup',
    doctor: 'Check this installation and say how to fix it',
  }),
});
