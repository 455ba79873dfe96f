import { Documents } from '../documents/index.ts';
import { admission, admitUsers } from '../identity/index.ts';
import { vectors } from '../retrieval/index.ts';
import { coverage } from '../workspaces/index.ts';
import { chats, embedChats } from './kinds/chats.ts';
import { documents, placements } from './kinds/documents.ts';
import { embeds } from './kinds/embeds.ts';
import { API_KEYS, EXTENSION_KEYS, takeKeys } from './kinds/keys.ts';
import { promptVariables, settings } from './kinds/settings.ts';
import { invites, users } from './kinds/users.ts';
import { members, suggestedMessages, threads, workspaces } from './kinds/workspaces.ts';
import { Report, type ImportReport, type Users } from './report.ts';
import { Source } from './source.ts';
import { Targets, type ImportOptions, type Move, type Step } from './step.ts';
import { takeAll } from './take.ts';

/**
 * Imports everything that people made in AnythingLLM. A repeat takes only new things, also after a killed run.
 * @throws StartupError if the source cannot be read.
 */
export async function importAnythingllm(options: ImportOptions): Promise<ImportReport> {
  const { folder, scratchDir, ...rest } = options;
  const { storage, audit, clock } = options;
  const source = Source.open(folder, scratchDir);
  try {
    const move: Move = {
      ...rest,
      source,
      documents: new Documents({ storage, clock, audit, coverage, vectors }),
      targets: new Targets(),
      report: new Report(),
      claimed: new Set(),
    };
    const access = await takeEverything(move);
    return {
      dry_run: options.into === undefined,
      ...move.report.view(),
      users: access,
      not_taken: unread(source),
      source_changed: source.hasChanged,
    };
  } finally {
    source.close();
  }
}

// Each step refers to things of the former ones.
const BEFORE_KEYS = [settings, users] as Step<unknown, unknown>[];
const KEY_TABLES = [API_KEYS, EXTENSION_KEYS];
const AFTER_KEYS = [
  workspaces,
  members,
  suggestedMessages,
  threads,
  documents,
  placements,
  chats,
  embeds,
  embedChats,
  promptVariables,
  invites,
] as Step<unknown, unknown>[];

const READ = new Set([...BEFORE_KEYS, ...KEY_TABLES, ...AFTER_KEYS].map(({ table }) => table));

/** Tables with rows that no step reads. */
const unread = (source: Source): ImportReport['not_taken'] =>
  source
    .tables()
    .filter((table) => !READ.has(table) && !/^(_prisma|sqlite_)/.test(table))
    .map((table) => ({ table, rows: source.count(table) }))
    .filter(({ rows }) => rows > 0);

async function takeEverything(move: Move): Promise<Users> {
  for (const step of BEFORE_KEYS) await takeAll(move, step);
  const access = await openToUsers(move);
  for (const table of KEY_TABLES) await takeKeys(move, table);
  for (const step of AFTER_KEYS) await takeAll(move, step);
  return access;
}

/** Turns on multi-user mode if the source has it: its users log in by name from now on. */
async function openToUsers(move: Move): Promise<Users> {
  const { source, storage, into } = move;
  const isMultiUser = [...source.rows('system_settings')].some(
    (row) => row.text('label') === 'multi_user_mode' && row.flag('value') === true,
  );
  const { isOpen, hasAdmin } = await admission(storage.db);
  if (!isMultiUser || isOpen) return 'unchanged';
  const isAdmitted = into === undefined ? hasAdmin || bringsAdmin(move) : await admitUsers(into.identity);
  return isAdmitted ? 'admitted' : 'no administrator';
}

/** Whether one of the users that are taken can administer. */
const bringsAdmin = ({ source, targets }: Move): boolean =>
  [...source.rows('users')].some(
    (row) =>
      row.text('role') === 'admin' &&
      row.flag('suspended') !== true &&
      targets.text('user', row.id('id')) !== undefined,
  );
