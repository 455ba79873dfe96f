import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeywardApiError, unwrap, type KeywardClient, type StoredDocuments } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb, type Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { cell, print } from '../output.ts';
import { Progress } from '../progress.ts';
import { findWorkspace } from '../workspaces/workspace.ts';
import { PendingWait } from './pending.ts';
import { sourcesOf, type Source } from './sources.ts';
import { documentsIn, type Stored } from './stored.ts';

const DEFAULT_FOLDER = 'custom-documents';
/** The longest wait for a request limit. */
const WAIT_MAX_SECONDS = 120;
/** Errors that all further documents would meet too. */
const STOPS_ALL = new Set([
  'invalid_key',
  'insufficient_scope',
  'forbidden_resource',
  'budget_exceeded',
  'budget_too_small',
  'forbidden',
]);

type Outcome = { title: string; locations: string[]; warnings?: string[] } & (
  | { outcome: 'added' | 'known' }
  /** In the workspace, and embedded later. */
  | { outcome: 'pending'; reason: string }
  | { outcome: 'failed'; error: string }
);

export const add = verb({
  args: {
    path: { type: 'positional', description: 'Files, folders or URLs', required: true },
    workspace: { type: 'string', alias: 'w', description: 'Slug of the workspace to add them to' },
    folder: { type: 'string', description: `Folder on the server. Default: ${DEFAULT_FOLDER}` },
    again: { type: 'boolean', description: 'Send documents again whose title is already in the folder' },
    ...CLIENT_ARGS,
  },
  repeatsLast: true,
  examples: [
    'documents add handbook/ --workspace staff',
    'documents add report.pdf notes.docx --folder 2026',
    'documents add https://example.org/manual --workspace staff',
  ],
  notes:
    'The title of a document is its path as given. A document whose title is already in the folder is not stored again,\n' +
    'only added to the workspace. So the command is idempotent: repeat it after an interruption. Exit code 1: a document\n' +
    'could not be read or embedded; the others are stored. A warning on stderr names what in a stored file was not\n' +
    'read, such as images. While the embedding model starts, the command waits. A document that waits for another\n' +
    'reason is pending: the server embeds it as soon as it can. To try a failed one again, add it again.',
  run: async (args, context) => {
    const sources = await sourcesOf(context.all('path'));
    const client = await openClient(args, context);
    const { workspace, folder = DEFAULT_FOLDER, again = false } = args;
    if (workspace !== undefined) await findWorkspace(client, workspace);
    const stored = again ? [] : await documentsIn(client);
    // The server keeps pages in a folder of its own.
    const here = stored.filter(({ location, link }) => link !== null || location.startsWith(`${folder}/`));
    const known = Map.groupBy(here, ({ title, link }) => link ?? title);
    const items = await addAll({ client, context, workspace, folder, known }, sources);
    for (const { title, warnings = [] } of items)
      if (warnings.length > 0) say(context.io, `Warning: ${cell(title)}: ${cell(warnings.join(' '))}`);
    const count = (outcome: Outcome['outcome']): number =>
      items.filter((item) => item.outcome === outcome).length;
    const [added, alreadyThere, failed] = [count('added'), count('known'), count('failed')];
    const pending = count('pending');
    const waiting = pending === 0 ? '' : `${pending} pending, `;
    await print(context, args, {
      value: { added, known: alreadyThere, pending, failed, items },
      table: () =>
        [
          `${added} added, ${alreadyThere} already there, ${waiting}${failed} failed`,
          ...pendings(items),
          ...failures(items),
        ].join('\n'),
    });
    return failed > 0 ? EXIT.failure : EXIT.ok;
  },
});

interface Adding {
  client: KeywardClient;
  context: Context;
  workspace: string | undefined;
  folder: string;
  /** By title, or by URL for a page. A mailbox has a document for each message. */
  known: ReadonlyMap<string, readonly Stored[]>;
}

async function addAll(adding: Adding, sources: readonly Source[]): Promise<Outcome[]> {
  const progress = new Progress(adding.context.io);
  const wait = new PendingWait(adding.client, adding.context, progress);
  const items: Outcome[] = [];
  try {
    for (const [at, source] of sources.entries()) {
      const percent = Math.floor((at / sources.length) * 100);
      progress.say(`Adding ${sources.length} document${sources.length === 1 ? '' : 's'}`, percent);
      items.push(await waited(adding, wait, await addOne(adding, source)));
    }
  } finally {
    progress.end();
  }
  return items;
}

/** The outcome once the embedding model, if it was on its way, is there. */
async function waited({ workspace }: Adding, wait: PendingWait, item: Outcome): Promise<Outcome> {
  if (item.outcome !== 'pending' || workspace === undefined) return item;
  const { title, locations, warnings } = item;
  const said = { title, locations, ...(warnings === undefined ? {} : { warnings }) };
  const now = await wait.until(workspace, said);
  if (now.status === 'embedded') return { ...said, outcome: 'added' };
  return now.status === 'failed'
    ? { ...said, outcome: 'failed', error: now.reason }
    : { ...said, outcome: 'pending', reason: now.reason };
}

async function addOne(adding: Adding, source: Source): Promise<Outcome> {
  const { title } = source;
  try {
    const known = adding.known.get(title)?.map(({ location }) => location);
    if (known !== undefined) return await attach(adding, { title, locations: known });
    const stored = await patiently(adding, () => store(adding, source));
    const { documents, error, warnings, pending, message } = stored;
    const locations = documents.map(({ location }) => location);
    const said = { title, locations, ...(warnings.length === 0 ? {} : { warnings }) };
    if (pending[0] !== undefined) return { ...said, outcome: 'pending', reason: pending[0].reason };
    if (error !== null) return { ...said, outcome: 'failed', error };
    return { ...said, outcome: message === undefined ? 'added' : 'known' };
  } catch (error) {
    if (!(error instanceof KeywardApiError) || STOPS_ALL.has(error.code)) throw error;
    return { title, locations: [], outcome: 'failed', error: error.message };
  }
}

async function store({ client, workspace, folder }: Adding, source: Source): Promise<StoredDocuments> {
  const workspaces = workspace === undefined ? [] : [workspace];
  if (source.kind === 'link') return client.uploadLink({ link: source.title, workspaces });
  const { path, title } = source;
  return client.uploadDocument({
    file: await openAsBlob(path),
    name: basename(path),
    title,
    folder,
    workspaces,
  });
}

/** Idempotent: a document that is in the workspace stays. */
async function attach(adding: Adding, said: Pick<Outcome, 'title' | 'locations'>): Promise<Outcome> {
  const { client, workspace } = adding;
  if (workspace === undefined) return { ...said, outcome: 'known' };
  const answer = await patiently(adding, () =>
    unwrap(
      client.POST('/v1/workspace/{slug}/update-embeddings', {
        params: { path: { slug: workspace } },
        body: { adds: said.locations, deletes: [] },
      }),
    ),
  );
  const here = answer.workspace.documents.filter(({ docpath }) => said.locations.includes(docpath));
  const waits = here.find(({ notEmbedded }) => notEmbedded !== undefined)?.notEmbedded;
  if (waits !== undefined) return { ...said, outcome: 'pending', reason: waits.reason };
  return answer.message === undefined
    ? { ...said, outcome: 'known' }
    : { ...said, outcome: 'failed', error: answer.message };
}

/** Retries when the request limit of the key allows it. */
async function patiently<T>({ context }: Adding, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const seconds =
        error instanceof KeywardApiError && error.code === 'rate_limited' ? error.retryAfterSeconds : null;
      if (seconds === null || seconds > WAIT_MAX_SECONDS) throw error;
      await sleep(seconds * 1000, undefined, { signal: context.io.interrupted });
    }
  }
}

const pendings = (items: readonly Outcome[]): string[] =>
  items.flatMap((item) =>
    item.outcome === 'pending' ? [`  ${cell(item.title)}: pending: ${cell(item.reason)}`] : [],
  );

function failures(items: readonly Outcome[]): string[] {
  const failed = items.filter((item) => item.outcome === 'failed');
  // The server gives no reason, so that nobody can explore its network with links.
  const isUnreached = failed.some(({ error }) => /^No URL content found at \S+\.$/.test(error));
  const hint =
    '  The server fetches pages from public addresses only. Its setting KEYWARD_FETCH_PRIVATE allows others.';
  return [
    ...failed.map(({ title, error }) => `  ${cell(title)}: ${cell(error)}`),
    ...(isUnreached ? [hint] : []),
  ];
}
