import { OPERATIONS } from '@keyward/sdk/operations';
import { audit } from './audit/index.ts';
import { auth } from './auth/index.ts';
import { lazy, noun } from './command.ts';
import { documents } from './documents/index.ts';
import { imports } from './import/index.ts';
import { keys } from './keys/index.ts';
import { models } from './models/index.ts';
import { owners } from './owners/index.ts';
import { running } from './running/index.ts';
import { upstreams } from './upstreams/index.ts';
import { workspaces } from './workspaces/index.ts';

/** Everything that `keyward` can do. Each command's file is read when it is used. */
export const root = noun('Hands out access to AI safely', {
  up: lazy('Start the server in the background and wait until it answers', () => import('./server/up.ts')),
  down: lazy('Stop the server in the background', () => import('./server/down.ts')),
  status: lazy('Show the state of the server on this machine', () => import('./server/status.ts')),
  serve: lazy('Run the server in the foreground', () => import('./server/serve.ts')),
  auth,
  keys,
  owners,
  running,
  models,
  upstreams,
  workspaces,
  documents,
  chat: lazy('Chat with a model', () => import('./chat.ts')),
  usage: lazy(OPERATIONS['usage.report'].summary, () => import('./usage.ts')),
  audit,
  endpoints: lazy(
    'List the endpoints, from the OpenAPI document of the server',
    () => import('./endpoints.ts'),
  ),
  import: imports,
  migrate: lazy('Migrate the database to this version', () => import('./server/migrate.ts')),
  backup: lazy('Write the whole database into a file', () => import('./server/backup.ts')),
  restore: lazy('Fill an empty database from a backup', () => import('./server/restore.ts')),
  doctor: lazy('Check this installation and say how to fix it', () => import('./server/doctor.ts')),
});
