import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { EXIT } from '../exit.ts';
import { say } from '../io.ts';
import { print } from '../output.ts';
import { Progress } from '../progress.ts';
import { withEmbeddingProgress } from './embedding-progress.ts';
import { aFewAtOnce } from './at-once.ts';
import { sha256Of } from './digest.ts';
import { PendingWait } from './pending.ts';
import { counted } from '../count-text.ts';
import { countsOf, outcomeLines, sayNotes } from './report.ts';
import {
  DEFAULT_FOLDER,
  embedKnown,
  knownOutcome,
  membersOf,
  partsOf,
  send,
  unreadable,
  type Members,
  type Outcome,
  type Sending,
  type Waiting,
} from './sending.ts';
import { SOURCE_ARG, sourceNames, type SourceNames } from './source-names.ts';
import { NO_FILES, sourcesOf, type Source } from './sources.ts';
import { documentsIn, type Stored } from './stored.ts';

export const add = verb({
  args: {
    path: { type: 'positional', description: 'Files, folders or URLs', required: true },
    workspace: { type: 'string', alias: 'w', description: 'Slug of the workspace to add them to' },
    folder: { type: 'string', description: `Folder on the server. Default: ${DEFAULT_FOLDER}` },
    source: SOURCE_ARG,
    again: { type: 'boolean', description: 'Send known files again, such as after an update of Keyward' },
    ...CLIENT_ARGS,
  },
  repeatsLast: true,
  examples: [
    'documents add handbook/ --workspace staff',
    'documents add report.pdf notes.docx --folder 2026',
    'documents add https://example.org/manual --workspace staff',
  ],
  notes:
    'A file is known by its path on this machine (or --source) and its bytes, a page by its address. A changed one is\n' +
    'replaced in every workspace that has it. A file of another folder is another document, whatever its title, which is\n' +
    'its path as given. So the command is idempotent: repeat it after an interruption. Exit code 1: a document could not\n' +
    'be read, embedded or replaced; the others are stored. A warning on stderr names what in a stored file was not read,\n' +
    'such as images. While the embedding model starts, the command waits. A document that waits for another reason is\n' +
    'pending: the server embeds it as soon as it can. To try a failed one again, add it again.\n' +
    'keyward documents sync also removes what is gone.',
  run: async (args, context) => {
    const sources = await sourcesOf(context.all('path'));
    if (sources.length === 0) say(context.io, NO_FILES);
    const nameOf = await sourceNames(args.source, context.config.client.configDir);
    const client = await openClient(args, context);
    const { workspace, folder = DEFAULT_FOLDER, again = false } = args;
    const sending = { client, context, workspace, folder };
    const members = await membersOf(sending);
    const stored = again ? [] : await documentsIn(client);
    const known = Map.groupBy(stored, ({ source }) => source);
    const items = await addAll({ sending, known, members, nameOf }, sources);
    sayNotes(context, items, { added: items.filter(isNewFile), before: stored });
    const { removed, ...counts } = countsOf(items);
    await print(context, args, {
      value: { ...counts, items },
      table: () => outcomeLines(items, { ...counts, removed }).join('\n'),
    });
    return counts.failed > 0 ? EXIT.failure : EXIT.ok;
  },
});

interface Adding {
  sending: Sending;
  /** By the name of the source. A mailbox has a document for each message. */
  known: ReadonlyMap<string | null, readonly Stored[]>;
  /** What is in the workspace already. */
  members: Members;
  nameOf: SourceNames;
}

type Item = Outcome & { sha256?: string };

const isNewFile = (item: Item): item is Item & { sha256: string } =>
  item.outcome === 'added' && item.sha256 !== undefined;

async function addAll(adding: Adding, sources: readonly Source[]): Promise<Item[]> {
  const { client, context } = adding.sending;
  const progress = new Progress(context.io);
  const sending = { ...adding.sending, wait: new PendingWait(client, context, progress) };
  let done = 0;
  const show = (part: number): void => {
    const percent = Math.min(Math.floor(((done + part) / Math.max(sources.length, 1)) * 100), 100);
    progress.say(`Adding ${counted(sources.length, 'document')}`, percent);
  };
  const add = async (source: Source): Promise<Item> => {
    const item = await addOne(adding, sending, source);
    done++;
    show(0);
    return item;
  };
  try {
    show(0);
    const items = await withEmbeddingProgress(client, show, () => aFewAtOnce(sources, add));
    return await inWorkspace(adding, sending, items);
  } finally {
    progress.end();
  }
}

async function addOne({ known, members, nameOf }: Adding, sending: Waiting, source: Source): Promise<Item> {
  const { title } = source;
  // The server asks the web whether a page has changed.
  if (source.kind === 'link') return send(sending, source, URL.parse(title)?.href ?? title);
  let [name, sha256] = ['', ''];
  try {
    [name, sha256] = [await nameOf(source), await sha256Of(source.path)];
  } catch (error) {
    return { title, locations: [], outcome: 'failed', error: unreadable(error) };
  }
  const present = known.get(name) ?? [];
  const isKnown = present.length > 0 && present.every((one) => one.sha256 === sha256);
  if (!isKnown) return { ...(await send(sending, source, name)), sha256 };
  return { title, outcome: 'known', locations: partsOf(present, members.all) };
}

/** Those that are known may be in other workspaces only, or wait for their vectors. */
async function inWorkspace({ members }: Adding, sending: Waiting, items: Item[]): Promise<Item[]> {
  if (sending.workspace === undefined) return items;
  const known = items.filter(({ outcome }) => outcome === 'known').flatMap(({ locations }) => locations);
  const missing = known.filter((location) => !members.all.has(location) || members.waiting.has(location));
  const notDone = await embedKnown(sending, missing);
  const after: Item[] = [];
  for (const item of items)
    after.push(item.outcome === 'known' ? await knownOutcome(sending, item, notDone) : item);
  return after;
}
