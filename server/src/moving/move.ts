import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Documents } from '../documents/index.ts';
import { admission, admitUsers, type Identity } from '../identity/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Storage } from '../storage/index.ts';
import { chats } from './kinds/chats.ts';
import { documents } from './kinds/documents.ts';
import { embedChats } from './kinds/embed-chats.ts';
import { embeds } from './kinds/embeds.ts';
import { invites } from './kinds/invites.ts';
import { API_KEYS, EXTENSION_KEYS } from './kinds/key-tables.ts';
import { takeKeys } from './kinds/keys.ts';
import { members } from './kinds/members.ts';
import { placements } from './kinds/placements.ts';
import { promptVariables } from './kinds/prompt-variables.ts';
import { settings } from './kinds/settings.ts';
import { suggestedMessages } from './kinds/suggested-messages.ts';
import { threads } from './kinds/threads.ts';
import { users } from './kinds/users.ts';
import { workspaces } from './kinds/workspaces.ts';
import { Report, type ImportReport, type Kind, type Users } from './report.ts';
import { Source } from './source.ts';
import type { Move } from './step.ts';
import { takeAll } from './take.ts';
import { Targets } from './targets.ts';

export interface ImportOptions {
  /** The storage directory of AnythingLLM. */
  folder: string;
  /** Where nobody else may read; see SourceOptions. */
  scratchDir: string;
  storage: Storage;
  audit: Audit;
  clock: Clock;
  settings: Settings;
  documents: Documents;
  /** Left out: a dry run, which writes nothing and says the same. */
  into?: { identity: Identity; keys: KeysContext };
  progress?: (kind: Kind, done: number, total: number) => void;
}

/**
 * Takes over what people made in an AnythingLLM. Repeating it takes what is new; a run that was killed is continued.
 * @throws StartupError where the source cannot be read.
 */
export async function importAnythingllm(options: ImportOptions): Promise<ImportReport> {
  const { folder, scratchDir, into, progress = () => undefined, ...rest } = options;
  const source = Source.open(folder, { scratchDir });
  try {
    const move: Move = {
      ...rest,
      ...into,
      source,
      dryRun: into === undefined,
      targets: new Targets(),
      report: new Report(),
      claimed: new Set(),
      progress,
    };
    const access = await takeEverything(move);
    return {
      ...move.report.view(move.dryRun),
      users: access,
      not_taken: unread(source),
      source_changed: source.hasChanged,
    };
  } finally {
    source.close();
  }
}

/** Beside those of Prisma and SQLite. */
const READ = new Set([
  'api_keys',
  'browser_extension_api_keys',
  'users',
  'workspaces',
  'workspace_users',
  'workspace_suggested_messages',
  'workspace_threads',
  'workspace_chats',
  'workspace_documents',
  'embed_configs',
  'embed_chats',
  'invites',
  'system_settings',
  'system_prompt_variables',
]);

const unread = (source: Source): ImportReport['not_taken'] =>
  source
    .tables()
    .filter((table) => !READ.has(table) && !/^(_prisma|sqlite_)/.test(table))
    .map((table) => ({ table, rows: source.count(table) }))
    .filter(({ rows }) => rows > 0);

/** In this order: each refers to what came before. */
async function takeEverything(move: Move): Promise<Users> {
  await takeAll(move, settings);
  await takeAll(move, users);
  const access = await openToUsers(move);
  await takeKeys(move, API_KEYS);
  await takeKeys(move, EXTENSION_KEYS);
  await takeAll(move, workspaces);
  await takeAll(move, members);
  await takeAll(move, suggestedMessages);
  await takeAll(move, threads);
  await takeAll(move, documents);
  await takeAll(move, placements);
  await takeAll(move, chats);
  await takeAll(move, embeds);
  await takeAll(move, embedChats);
  await takeAll(move, promptVariables);
  await takeAll(move, invites);
  return access;
}

/** Whoever could log in there can here, from now on with a name. */
async function openToUsers(move: Move): Promise<Users> {
  const { source, storage, identity, dryRun } = move;
  const isMultiUser = [...source.rows('system_settings')].some(
    (row) => row.text('label') === 'multi_user_mode' && row.flag('value') === true,
  );
  const { isOpen, hasAdmin } = await admission(storage.db);
  if (!isMultiUser || isOpen) return 'unchanged';
  if (dryRun) return hasAdmin || bringsAdmin(move) ? 'admitted' : 'no administrator';
  if (identity === undefined) throw new Error('a dry run writes nothing');
  return (await admitUsers(identity)) ? 'admitted' : 'no administrator';
}

/** Whether one of the users that are taken can administer. */
const bringsAdmin = ({ source, targets }: Move): boolean =>
  [...source.rows('users')].some(
    (row) =>
      row.text('role') === 'admin' &&
      row.flag('suspended') !== true &&
      targets.text('user', row.id('id')) !== undefined,
  );
