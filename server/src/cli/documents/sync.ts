import { stat } from 'node:fs/promises';
import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb, type Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { say, write } from '../io.ts';
import { cell, formOf, print, type OutputChoice } from '../output.ts';
import { Progress } from '../progress.ts';
import { aFewAtOnce } from './at-once.ts';
import { PendingWait } from './pending.ts';
import { counted } from '../count-text.ts';
import { countsOf, outcomeLines, sayNotes, type Counts } from './report.ts';
import {
  changeEmbedded,
  DEFAULT_FOLDER,
  embedKnown,
  knownOutcome,
  membersOf,
  patiently,
  send,
  type Outcome,
  type Sending,
} from './sending.ts';
import { folderPrefix, SOURCE_ARG } from './source-names.ts';
import { NO_FILES } from './sources.ts';
import { documentsIn } from './stored.ts';
import { Digests, planOf, type SyncPlan } from './sync-plan.ts';
import { watch } from './watch.ts';

export const sync = verb({
  args: {
    path: { type: 'positional', description: 'The folder', required: true },
    workspace: { type: 'string', alias: 'w', description: 'Slug of the workspace', required: true },
    folder: { type: 'string', description: `Folder on the server. Default: ${DEFAULT_FOLDER}` },
    source: SOURCE_ARG,
    'dry-run': { type: 'boolean', description: 'Show what would be done, and change nothing' },
    watch: { type: 'boolean', description: 'Keep on: sync again after each change, until Ctrl-C' },
    'allow-empty': { type: 'boolean', description: 'Remove all documents where the folder has no files' },
    ...CLIENT_ARGS,
  },
  examples: [
    'documents sync handbook --workspace staff',
    'documents sync handbook --workspace staff --dry-run',
    'documents sync /srv/wiki --workspace staff --source acme-wiki --watch',
  ],
  notes:
    'Adds the new files of a folder, replaces the changed ones in every workspace that has them, and takes those that are\n' +
    'gone out of this workspace; a document that is in no other workspace is removed. It touches only documents that came\n' +
    'from this folder: from its path on this machine, or under the name of --source. Names that begin with a dot, and\n' +
    'symbolic links, are skipped. Repeat it after an interruption. Exit code 1: a file could not be read or embedded; its\n' +
    'former version stays. While the embedding model starts, the command waits. A new file that waits for another reason\n' +
    'is pending: the server embeds it as soon as it can.',
  run: async (args, context) => {
    const { path: folder, workspace, source, 'dry-run': dryRun = false } = args;
    const info = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
    if (info instanceof Error || !info.isDirectory())
      throw usageError(`${folder} must be a folder that can be read, such as handbook.`, {
        hint: 'keyward documents add adds single files and pages.',
      });
    if (dryRun && args.watch === true) throw usageError('--dry-run and --watch exclude each other.');
    const prefix = await folderPrefix(folder, source, context.config.client.configDir);
    const client = await openClient(args, context);
    const sending = { client, context, workspace, folder: args.folder ?? DEFAULT_FOLDER };
    const syncing = {
      sending,
      prefix,
      folder,
      dryRun,
      allowEmpty: args['allow-empty'] === true,
      digests: new Digests(),
    };
    const once = async (): Promise<Counts> => {
      const items = await syncOnce(syncing);
      const counts = countsOf(items);
      await printed(context, { choice: args, isLine: args.watch === true }, { items, counts, dryRun });
      return counts;
    };
    if (args.watch === true) return watch(context, folder, once);
    return (await once()).failed > 0 ? EXIT.failure : EXIT.ok;
  },
});

interface Syncing {
  sending: Sending;
  folder: string;
  prefix: string;
  dryRun: boolean;
  allowEmpty: boolean;
  digests: Digests;
}

async function syncOnce(syncing: Syncing): Promise<Outcome[]> {
  const { sending, folder, prefix, dryRun, allowEmpty, digests } = syncing;
  const { client, context } = sending;
  const members = await membersOf(sending);
  const stored = await documentsIn(client);
  const plan = await planOf({ folder, prefix, stored, members, digests });
  if (plan.files === 0 && plan.remove.length > 0 && !allowEmpty)
    throw new CliError(
      `${folder} has no files, but ${plan.remove.length} came from it before. Nothing was removed.`,
      { hint: 'Is it mounted? --allow-empty removes the documents of all of them.' },
    );
  if (plan.files === 0) say(context.io, NO_FILES);
  if (dryRun) return planned(plan);
  const items = await carryOut(sending, plan);
  const isAdded = new Set(items.filter(({ outcome }) => outcome === 'added').map(({ title }) => title));
  sayNotes(context, items, { added: plan.add.filter(({ title }) => isAdded.has(title)), before: stored });
  return items;
}

const failed = ({ file, error }: SyncPlan['unreadable'][number]): Outcome => ({
  title: file.title,
  locations: [],
  outcome: 'failed',
  error,
});

function planned({ add, update, known, remove, unreadable }: SyncPlan): Outcome[] {
  return [
    ...add.map(({ title }): Outcome => ({ title, locations: [], outcome: 'added' })),
    ...update.map(({ title }): Outcome => ({ title, locations: [], outcome: 'updated' })),
    ...remove.map((one): Outcome => ({ ...one, outcome: 'removed' })),
    ...known.map(({ file, locations }): Outcome => ({ title: file.title, locations, outcome: 'known' })),
    ...unreadable.map(failed),
  ];
}

/** New files come before the removals: a file that was moved is found all the time. */
async function carryOut(syncing: Sending, plan: SyncPlan): Promise<Outcome[]> {
  const { client, context } = syncing;
  const progress = new Progress(context.io);
  const sending = { ...syncing, wait: new PendingWait(client, context, progress) };
  const missing = plan.known.flatMap((one) => one.missing);
  const total = plan.add.length + plan.update.length + missing.length + plan.remove.length;
  const items: Outcome[] = plan.unreadable.map(failed);
  const show = (done: number): void =>
    progress.say(`Syncing ${counted(plan.files, 'file')}`, Math.floor((done / Math.max(total, 1)) * 100));
  try {
    let sent = 0;
    show(sent);
    const changes = await aFewAtOnce([...plan.add, ...plan.update], async (file) => {
      const outcome = await send(sending, { kind: 'file', ...file }, file.source);
      show(++sent);
      return outcome;
    });
    items.push(...changes);
    const notDone = await embedKnown(sending, missing, (done) => show(sent + done));
    for (const { file, locations } of plan.known)
      items.push(await knownOutcome(sending, { title: file.title, locations }, notDone));
    show(sent + missing.length);
    items.push(...(await removeGone(sending, plan.remove)));
    return items;
  } finally {
    progress.end();
  }
}

/** Documents in one request. */
const REMOVE_BATCH = 500;

/** Takes them out of the workspace; those that no other workspace holds are removed. */
async function removeGone(sending: Sending, gone: SyncPlan['remove']): Promise<Outcome[]> {
  const all = gone.flatMap(({ locations }) => locations);
  for (let at = 0; at < all.length; at += REMOVE_BATCH) {
    const names = all.slice(at, at + REMOVE_BATCH);
    await changeEmbedded(sending, { deletes: names });
    await patiently(sending, () =>
      unwrap(sending.client.DELETE('/v1/system/remove-documents', { body: { names, unusedOnly: true } })),
    );
  }
  return gone.map((one) => ({ ...one, outcome: 'removed' }));
}

async function printed(
  context: Context,
  { choice, isLine }: { choice: OutputChoice; isLine: boolean },
  { items, counts, dryRun }: { items: Outcome[]; counts: Counts; dryRun: boolean },
): Promise<void> {
  const value = { dry_run: dryRun, ...counts, items };
  if (isLine && formOf(choice, context) === 'json') return write(context.io, `${JSON.stringify(value)}\n`);
  const changes = items.filter(({ outcome }) => !['known', 'pending', 'failed'].includes(outcome));
  await print(context, choice, {
    value,
    table: () =>
      [
        ...changes.map(({ outcome, title }) => `${outcome.padEnd(8)} ${cell(title)}`),
        ...outcomeLines(items, counts, dryRun ? 'Nothing was changed. It would be: ' : ''),
      ].join('\n'),
  });
  if (dryRun && formOf(choice, context) !== 'table') say(context.io, 'Nothing was changed.');
}
