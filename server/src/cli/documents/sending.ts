import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeywardApiError, unwrap, type KeywardClient, type StoredDocuments } from '@keyward/sdk';
import type { Context } from '../command.ts';
import { findWorkspace } from '../workspaces/workspace.ts';
import type { PendingWait } from './pending.ts';
import type { Source } from './sources.ts';
import type { Stored } from './stored.ts';

export const DEFAULT_FOLDER = 'custom-documents';
/** The longest wait for a request limit. */
const WAIT_MAX_SECONDS = 120;
/** Errors that all further documents would meet too. */
export const STOPS_ALL: ReadonlySet<string> = new Set([
  'invalid_key',
  'insufficient_scope',
  'forbidden_resource',
  'budget_exceeded',
  'budget_too_small',
  'forbidden',
]);

export type Outcome = { title: string; locations: string[]; warnings?: string[] } & (
  | { outcome: 'added' | 'updated' | 'known' | 'removed' }
  /** In the workspace, and embedded later. */
  | { outcome: 'pending'; reason: string }
  | { outcome: 'failed'; error: string }
);

export interface Sending {
  client: KeywardClient;
  context: Context;
  workspace: string | undefined;
  folder: string;
}

/** While documents are put into a workspace. */
export interface Waiting extends Sending {
  wait: PendingWait;
}

type Said = Pick<Outcome, 'title' | 'locations' | 'warnings'>;

/** Sends a file or a link under the name of its source. The server knows, replaces or adds its documents. */
export async function send(sending: Waiting, source: Source, name: string): Promise<Outcome> {
  const { title } = source;
  try {
    const stored = await patiently(sending, () => store(sending, source, name));
    const { documents, error, warnings, pending, outcome = 'added' } = stored;
    const locations = documents.map(({ location }) => location);
    const said = { title, locations, ...(warnings.length === 0 ? {} : { warnings }) };
    if (pending.length > 0) {
      // Of several copies of a document, the workspace may hold another one.
      const waiting = pending.map(({ location }) => location);
      return await waited(sending, said, { waiting, outcome });
    }
    return error === null ? { ...said, outcome } : { ...said, outcome: 'failed', error };
  } catch (error) {
    return { title, locations: [], outcome: 'failed', error: reasonOf(error) };
  }
}

/** @returns the given outcome if the documents are embedded, once the model, where it is on its way, is there. */
async function waited(
  { wait, workspace = '' }: Waiting,
  said: Said,
  { waiting: locations, outcome }: { waiting: readonly string[]; outcome: 'added' | 'updated' | 'known' },
): Promise<Outcome> {
  const now = await wait.until(workspace, { title: said.title, locations });
  if (now.status === 'embedded') return { ...said, outcome };
  return now.status === 'failed'
    ? { ...said, outcome: 'failed', error: now.reason }
    : { ...said, outcome: 'pending', reason: now.reason };
}

/** @throws the error, where it is that of all further documents too. */
function reasonOf(error: unknown): string {
  if (error instanceof KeywardApiError && !STOPS_ALL.has(error.code)) return error.message;
  // Of `openAsBlob`, for a file that was there when its bytes were read before.
  if ((error as NodeJS.ErrnoException).code === 'ERR_INVALID_ARG_VALUE') return 'It cannot be read any more.';
  throw error;
}

export const unreadable = (error: unknown): string =>
  `It cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`;

async function store(
  { client, workspace, folder }: Sending,
  source: Source,
  name: string,
): Promise<StoredDocuments> {
  const workspaces = workspace === undefined ? [] : [workspace];
  if (source.kind === 'link') return client.uploadLink({ link: source.title, source: name, workspaces });
  const { path, title } = source;
  const file = await openAsBlob(path);
  return client.uploadDocument({ file, name: basename(path), title, source: name, folder, workspaces });
}

/** Documents in one request: each may have to be embedded. */
const EMBED_BATCH = 10;

/** What keeps documents from being searchable in the workspace, by location. */
interface NotDone {
  failed: ReadonlyMap<string, string>;
  pending: ReadonlySet<string>;
}

/** Puts documents that the server knows into the workspace. */
export async function embedKnown(
  sending: Sending,
  locations: readonly string[],
  onProgress: (done: number) => void = () => undefined,
): Promise<NotDone> {
  const failed = new Map<string, string>();
  const pending = new Set<string>();
  for (let at = 0; at < locations.length; at += EMBED_BATCH) {
    onProgress(at);
    const batch = locations.slice(at, at + EMBED_BATCH);
    const { skipped = [], workspace } = await changeEmbedded(sending, { adds: batch });
    const waiting = waitingIn(workspace.documents);
    for (const location of batch) if (waiting.has(location)) pending.add(location);
    for (const { name, reason } of skipped) if (!waiting.has(name)) failed.set(name, reason);
  }
  return { failed, pending };
}

/** @param said what the server knows @param notDone of `embedKnown` */
export async function knownOutcome(
  sending: Waiting,
  said: Said,
  { failed, pending }: NotDone,
): Promise<Outcome> {
  const { locations } = said;
  const error = locations.map((location) => failed.get(location)).find((one) => one !== undefined);
  if (error !== undefined) return { ...said, outcome: 'failed', error };
  const waiting = locations.filter((location) => pending.has(location));
  return waiting.length > 0
    ? waited(sending, said, { waiting, outcome: 'known' })
    : { ...said, outcome: 'known' };
}

/** The locations of the documents of a workspace. */
export interface Members {
  all: ReadonlySet<string>;
  /** Those that are not embedded. */
  waiting: ReadonlySet<string>;
}

/** @throws CliError where the workspace does not exist */
export async function membersOf({
  client,
  workspace,
}: Pick<Sending, 'client' | 'workspace'>): Promise<Members> {
  const { documents } = workspace === undefined ? { documents: [] } : await findWorkspace(client, workspace);
  return { all: new Set(documents.map(({ docpath }) => docpath)), waiting: waitingIn(documents) };
}

const waitingIn = (documents: readonly { docpath: string; notEmbedded?: object }[]): Set<string> =>
  new Set(documents.filter(({ notEmbedded }) => notEmbedded !== undefined).map(({ docpath }) => docpath));

/** @returns what was not done, and what is in the workspace. */
export async function changeEmbedded(
  sending: Sending,
  { adds = [], deletes = [] }: { adds?: string[]; deletes?: string[] },
) {
  const { client, workspace: slug = '' } = sending;
  return patiently(sending, () =>
    unwrap(
      client.POST('/v1/workspace/{slug}/update-embeddings', {
        params: { path: { slug } },
        body: { adds, deletes },
      }),
    ),
  );
}

/** Retries when the request limit of the key allows it. */
export async function patiently<T>({ context }: Sending, work: () => Promise<T>): Promise<T> {
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

/** Of the documents of a source those to put into a workspace: of several copies of a part the one that is in it, or the oldest. */
export function partsOf(documents: readonly Stored[], members: ReadonlySet<string>): string[] {
  return [...Map.groupBy(documents, ({ part }) => part).values()].flatMap((copies) => {
    const inside = copies.find(({ location }) => members.has(location)) ?? copies[0];
    return inside === undefined ? [] : [inside.location];
  });
}
