import { OPERATIONS } from '@keyward/sdk/operations';
import { group, lazy, noun, type Purpose } from './command.ts';

type Operation = keyof typeof OPERATIONS;

const of = (operation: Operation, summary: string = OPERATIONS[operation].summary): Purpose =>
  calling([operation], summary);

const calling = (operations: Operation[], summary: string): Purpose => ({
  summary,
  routes: operations.map((operation) => OPERATIONS[operation]),
});

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
    status: of('keys.self', 'Show the record of this key'),
    logout: 'Forget a stored key',
    token: 'Print the key',
  }),
  keys: noun('Keys: permissions, limits and budgets', () => import('./keys/verbs.ts'), {
    create: of('keys.create'),
    list: of('keys.list'),
    get: of('keys.get'),
    scopes: of('keys.scopes'),
    update: of('keys.update'),
    rotate: of('keys.rotate'),
    'end-secret': of('keys.end_secret'),
    disable: of('keys.disable'),
    enable: of('keys.enable'),
    quarantine: of('keys.quarantine'),
    revoke: of('keys.revoke'),
    restore: of('keys.restore'),
    find: 'Find the key that a text belongs to, such as a leaked one',
    verify: of('keys.verify'),
    explain: of('keys.explain'),
    import: of('keys.import'),
    usage: of('keys.usage'),
    'generate-env': 'Print new keys for the .env of a server',
  }),
  owners: noun('Owners: the people, services and teams that keys belong to', () => import('./owners.ts'), {
    create: of('owners.create'),
    list: of('owners.list'),
    get: of('owners.get'),
    update: of('owners.update', 'Change the name, kind, limits or budgets of an owner'),
    suspend: 'End all keys of an owner at once, temporarily',
    activate: 'Reactivate a suspended owner and its keys',
    delete: of('owners.delete'),
  }),
  running: noun('Running requests', () => import('./running.ts'), {
    list: of('running.list'),
    stop: calling(
      ['running.stop', 'running.stop_all'],
      'Stop one request, or all requests of a key, an owner or a tag',
    ),
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
    list: of('workspaces.list', 'All workspaces'),
    get: of('workspaces.get', 'One workspace, with its documents'),
    update: of('workspaces.update'),
    'remove-document': of('workspaces.embed', 'Remove documents from one workspace'),
    delete: of('workspaces.delete'),
    ask: of('workspaces.stream_chat', 'Ask a workspace'),
  }),
  documents: noun('Documents of workspaces', () => import('./documents/verbs.ts'), {
    add: calling(
      ['documents.upload', 'documents.upload_to_folder', 'documents.upload_link'],
      'Store files, folders or web pages, and add them to a workspace',
    ),
    sync: calling(
      ['documents.upload_to_folder', 'documents.remove'],
      'Make a workspace hold the files of a folder, as they are now',
    ),
    list: of('documents.list'),
    get: of('documents.get'),
    remove: of('documents.remove', 'Remove documents, also from every workspace'),
  }),
  users: noun('Users: people who log in', () => import('./people/users.ts'), {
    list: of('users.list', 'List all users'),
    get: 'One user',
    create: of('users.create', 'Create a user'),
    update: of('users.update', 'Change a user'),
    delete: of('users.delete', 'Delete users'),
  }),
  invites: noun('Invites, by which people become users', () => import('./people/invites.ts'), {
    list: of('users.invites', 'List all invites'),
    create: of('users.invite', 'Create an invite'),
    delete: of('users.disable_invite', 'Disable invites'),
  }),
  widgets: noun('Chat widgets on web pages', () => import('./widgets/verbs.ts'), {
    list: of('embeds.list'),
    get: 'One widget',
    create: of('embeds.create'),
    update: of('embeds.update'),
    adopt: of('embeds.adopt'),
    delete: of('embeds.delete'),
  }),
  settings: noun('Settings of a running server', () => import('./settings/verbs.ts'), {
    list: of('settings.get', 'List the settings'),
    get: 'One setting',
    update: of('settings.update', 'Change settings'),
  }),
  client: noun('Jobs for workers', () => import('./client/verbs.ts'), {
    submit: of('jobs.submit'),
    status: of('jobs.get'),
    result: of('jobs.result'),
    history: of('jobs.list'),
    cancel: of('jobs.cancel'),
    receipts: of('jobs.receipt'),
    'batch-submit': of('batches.create', 'Run the requests of a file as a batch, and wait for the results'),
    'batch-list': of('batches.list'),
    'batch-status': of('batches.get'),
    'batch-cancel': of('batches.cancel'),
    'batch-result': 'The results of a batch',
  }),
  receipts: noun('Receipts of jobs', () => import('./receipts/verbs.ts'), {
    verify: 'Verify a receipt offline',
  }),
  agent: noun('Workflows of agents, whose steps are jobs', () => import('./agent/verbs.ts'), {
    create: of('agents.create'),
    list: of('agents.list'),
    execute: of('agents.execute'),
    status: calling(['agents.status', 'agents.execution'], OPERATIONS['agents.status'].summary),
    logs: of('agents.logs'),
    executions: of('agents.executions'),
    cancel: of('agents.cancel'),
    delete: of('agents.delete'),
  }),
  swarm: noun('Swarms: named groups of workers', () => import('./swarm/verbs.ts'), {
    join: of('swarm.join'),
    list: of('swarm.list'),
    coordinate: of('swarm.coordinate'),
    status: of('swarm.status'),
    tasks: of('swarm.tasks'),
    consensus: calling(
      ['swarm.consensus', 'swarm.task', 'swarm.task_consensus'],
      'The result of a task, with the part of its members that must agree',
    ),
    leave: calling(['swarm.leave_all', 'swarm.leave'], OPERATIONS['swarm.leave_all'].summary),
  }),
  ...lazy(() => import('./chat.ts'), { chat: of('chat.completions', 'Chat with a model') }),
  ...lazy(() => import('./usage.ts'), { usage: of('usage.report') }),
  audit: noun('The audit record of all changes', () => import('./audit/verbs.ts'), {
    list: of('audit.list'),
    checkpoint: of('audit.checkpoint'),
    export: of('audit.export', 'Write the whole record into a file that can be verified anywhere'),
    verify: 'Verify an exported record offline, or the one of this machine',
  }),
  marketplace: group('GPUs of workers: offers and bookings', {
    gpu: noun('GPUs of workers: offers and bookings', () => import('./marketplace/gpu.ts'), {
      list: of('marketplace.list'),
      details: of('marketplace.get'),
      register: of('marketplace.register'),
      book: of('marketplace.book'),
      release: of('marketplace.release'),
    }),
  }),
  admin: noun('The queue of jobs and its workers, for administrators', () => import('./admin/verbs.ts'), {
    stats: of('admin.stats'),
    history: of('admin.queue_history'),
    jobs: of('admin.jobs'),
    job: of('admin.job'),
    miners: of('admin.miners'),
    miner: of('admin.miner'),
    status: of('admin.status'),
  }),
  ...lazy(() => import('./endpoints.ts'), {
    endpoints: {
      summary: 'List the endpoints of the server, or of one group',
      routes: [{ method: 'GET', path: '/openapi.json' }],
    },
  }),
  miner: noun('Workers, which do jobs', () => import('./miner/verbs.ts'), {
    run: 'Serve jobs with the local model, or with a server of models',
    register: of('workers.register'),
    status: of('workers.list', 'List your workers'),
    drain: of('workers.heartbeat', 'Let a worker finish its jobs, and give it no more'),
    pause: of('workers.pause'),
    resume: of('workers.resume'),
    delete: of('workers.delete', 'Take workers away'),
    enroll: of('workers.enroll'),
    join: of('workers.join', 'Exchange a one-time token for the key of this machine, and store it'),
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
      forget: calling(
        ['bootstrap.forget', 'bootstrap.forget_stack'],
        'Forget the record of a key or of a whole stack',
      ),
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
  completion: noun('Completion for your shell', () => import('./completion/verbs.ts'), {
    bash: 'Print the script for bash',
    zsh: 'Print the script for zsh',
    fish: 'Print the script for fish',
  }),
  ...lazy(() => import('./server/version.ts'), { version: 'Print the version of this program' }),
});
