import { KeywardConnectionError } from '@keyward/sdk';
import { skipToken, useQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { noticeLoss, onceBack } from '../app/connection.ts';
import { reasonOf } from '../page/problem.tsx';
import type { AddedFile } from './dropped-files.ts';
import { changeDocuments, renewDocumentsSoon } from './document-mutations.ts';

/** Where files go: a folder, and a workspace that is to hold them. */
export interface UploadPlace {
  /** @default the server's default folder */
  folder?: string;
  /** Its slug. @default none */
  workspace?: string;
}

export interface Upload {
  id: string;
  name: string;
  place: UploadPlace;
  /** `waiting`: for other uploads. `lost`: for the server, which cannot be reached. `pending`: stored, and embedded by the server as soon as it can. */
  state: 'waiting' | 'lost' | 'sending' | 'reading' | 'embedding' | 'done' | 'pending' | 'failed';
  /** Of the file, 0 to 100. */
  sentPercent: number;
  /** What in the file was not read. */
  warnings: readonly string[];
  /** Why it failed or waits; or that it was there before. */
  message?: string | undefined;
}

/*
 * Uploads go on while another page is open, and are forgotten when the person signs out. The files themselves are in no
 * cache.
 */
const UPLOADS = ['uploads'] as const;
queryClient.setQueryDefaults(UPLOADS, { gcTime: Infinity, staleTime: Infinity });
const files = new Map<string, AddedFile>();
const ending = new Map<string, AbortController>();

const NONE: Upload[] = [];
const all = (): Upload[] => queryClient.getQueryData(UPLOADS) ?? NONE;

const isAt = (place: UploadPlace) => (upload: Upload) =>
  upload.place.workspace === place.workspace && upload.place.folder === place.folder;

/** The uploads to a place, in their order. */
export function useUploads(place: UploadPlace): Upload[] {
  const { data = NONE } = useQuery<Upload[]>({ queryKey: UPLOADS, queryFn: skipToken });
  return data.filter(isAt(place));
}

export const isUnderWay = ({ state }: Upload): boolean =>
  state === 'waiting' ||
  state === 'lost' ||
  state === 'sending' ||
  state === 'reading' ||
  state === 'embedding';

function update(id: string, change: Partial<Upload>): void {
  queryClient.setQueryData<Upload[]>(UPLOADS, (uploads) =>
    uploads?.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)),
  );
}

/** More at once would only wait for each other at the server. */
const AT_ONCE_MAX = 2;

/** Sends files, some at once. */
export function addUploads(place: UploadPlace, added: readonly AddedFile[]): void {
  const uploads = added.map(({ file, title }): Upload => {
    const id = crypto.getRandomValues(new Uint32Array(2)).join('-');
    files.set(id, { file, ...(title === undefined ? {} : { title }) });
    return { id, name: title ?? file.name, place, state: 'waiting', sentPercent: 0, warnings: [] };
  });
  queryClient.setQueryData<Upload[]>(UPLOADS, [...all(), ...uploads]);
  startNext();
}

/** Sends a failed file once more. */
export function repeatUpload(id: string): void {
  update(id, { state: 'waiting', sentPercent: 0, message: undefined });
  startNext();
}

/** Whether the server has the whole file: nothing that this page does takes it back. */
export const isStored = ({ state }: Upload): boolean => state === 'embedding';

/** Takes an upload out of the list, and ends it where the server does not have the file yet. */
export function dropUpload(id: string): void {
  const upload = all().find((one) => one.id === id);
  if (upload === undefined || !isStored(upload)) ending.get(id)?.abort(new Error('cancelled'));
  files.delete(id);
  queryClient.setQueryData<Upload[]>(UPLOADS, (uploads) => uploads?.filter((upload) => upload.id !== id));
}

/** Takes what is over out of the list. */
export function forgetUploads(place: UploadPlace): void {
  for (const upload of all()) if (isAt(place)(upload) && !isUnderWay(upload)) dropUpload(upload.id);
}

function startNext(): void {
  const waiting = all().find(({ id, state }) => state === 'waiting' && !ending.has(id));
  if (ending.size >= AT_ONCE_MAX || waiting === undefined) return;
  void run(waiting);
  startNext();
}

/** The Developer API says no more of a server that stops. */
const NOT_THERE = ['server_stopping', 'not_ready'];

async function run(upload: Upload): Promise<void> {
  const { id } = upload;
  const stop = new AbortController();
  ending.set(id, stop);
  try {
    update(id, await send(upload, stop.signal));
  } catch (error) {
    if (noticeLoss(error, NOT_THERE)) update(id, { state: 'lost', sentPercent: 0 });
    else update(id, { state: 'failed', message: reasonOf(error) });
  } finally {
    ending.delete(id);
    renewDocumentsSoon();
    startNext();
  }
}

/** Stores the file first and embeds it then, so that the page can say which of the two goes on. */
async function send({ id, place }: Upload, signal: AbortSignal): Promise<Partial<Upload>> {
  const added = files.get(id);
  if (added === undefined) return {};
  const { file, title } = added;
  const { folder, workspace } = place;
  update(id, { state: 'sending' });
  const onSent = (sent: number, total: number): void =>
    update(id, sent < total ? { sentPercent: (sent / total) * 100 } : { sentPercent: 100, state: 'reading' });
  const stored = await client.uploadDocument({ file, name: file.name, title, folder }, { signal, onSent });
  const { warnings, message } = stored;
  update(id, { warnings });
  if (workspace === undefined) return { state: 'done', message };
  update(id, { state: 'embedding' });
  const adds = stored.documents.map(({ location }) => location);
  try {
    return { message, ...(await embedded(workspace, adds)) };
  } catch (error) {
    // The server has it, and embeds it without this request too.
    if (error instanceof KeywardConnectionError && error.code === 'timeout')
      return {
        state: 'pending',
        message: 'It is large. The server goes on, and the list shows when it is ready.',
      };
    throw error;
  }
}

async function embedded(slug: string, adds: string[]): Promise<Partial<Upload>> {
  const { workspace, skipped = [] } = await changeDocuments({ slug, adds });
  const waits = workspace.documents.find(
    ({ docpath, notEmbedded }) => adds.includes(docpath) && notEmbedded !== undefined,
  )?.notEmbedded;
  if (waits?.status === 'pending') return { state: 'pending', message: waits.reason };
  const reason = waits?.reason ?? skipped[0]?.reason;
  return reason === undefined ? { state: 'done' } : { state: 'failed', message: reason };
}

/** What the server has already is sent once more, and it says so. */
onceBack(() => {
  for (const { id, state } of all()) if (state === 'lost') repeatUpload(id);
});

/** A page that closes ends its uploads: the browser asks first. */
addEventListener('beforeunload', (event) => {
  if (all().some(isUnderWay)) event.preventDefault();
});
