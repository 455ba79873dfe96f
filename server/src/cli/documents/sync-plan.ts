import { lstat, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { sha256Of } from './digest.ts';
import { partsOf, unreadable, type Members } from './sending.ts';
import { filesAt } from './sources.ts';
import type { Stored } from './stored.ts';

/** A file of the folder. */
export interface SyncedFile {
  path: string;
  /** Its path in the folder. */
  title: string;
  /** The name of its source. */
  source: string;
}

/** What makes the server hold the files of a folder, and nothing else that came from it. */
export interface SyncPlan {
  add: (SyncedFile & { sha256: string })[];
  update: SyncedFile[];
  known: { file: SyncedFile; locations: string[]; missing: string[] }[];
  /** Files that are no longer in the folder, and their documents. */
  remove: { title: string; locations: string[] }[];
  unreadable: { file: SyncedFile; error: string }[];
  files: number;
}

export interface SyncState {
  folder: string;
  /** How the sources of all its files begin. */
  prefix: string;
  /** All documents that the key sees. */
  stored: readonly Stored[];
  /** What is in the workspace. */
  members: Members;
  digests: Digests;
}

export async function planOf(state: SyncState): Promise<SyncPlan> {
  const { folder, prefix, stored, members, digests } = state;
  const files = await filesOf(folder, prefix);
  const plan: SyncPlan = { add: [], update: [], known: [], remove: [], unreadable: [], files: files.length };
  const bySource = Map.groupBy(stored, ({ source }) => source ?? '');
  for (const file of files) {
    const present = bySource.get(file.source) ?? [];
    try {
      const sha256 = await digests.of(file.path);
      if (present.length === 0) plan.add.push({ ...file, sha256 });
      else if (present.some((one) => one.sha256 !== sha256)) plan.update.push(file);
      else {
        const locations = partsOf(present, members.all);
        const missing = locations.filter((one) => !members.all.has(one) || members.waiting.has(one));
        plan.known.push({ file, locations, missing });
      }
    } catch (error) {
      plan.unreadable.push({ file, error: unreadable(error) });
    }
  }
  const there = new Set(files.map(({ source }) => source));
  for (const [source, documents] of bySource) {
    if (!source.startsWith(prefix) || there.has(source)) continue;
    const title = source.slice(prefix.length);
    // What only other workspaces hold is theirs.
    const gone = documents.filter(
      ({ location, workspaces }) => members.all.has(location) || workspaces === 0,
    );
    // Hidden files and links are added one by one: a sync leaves their documents.
    if (gone.length > 0 && (await isGone(join(folder, title))))
      plan.remove.push({ title, locations: gone.map(({ location }) => location) });
  }
  return plan;
}

async function filesOf(folder: string, prefix: string): Promise<SyncedFile[]> {
  return (await filesAt(folder)).map((path) => {
    const title = relative(folder, path).split(sep).join('/');
    return { path, title, source: `${prefix}${title}` };
  });
}

async function isGone(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** A text that changes with each change of the folder. */
export async function stampOf(folder: string): Promise<string> {
  const stamps: string[] = [];
  for (const path of await filesAt(folder)) stamps.push(`${path}\n${await fileStamp(path)}`);
  return stamps.join('\n');
}

async function fileStamp(path: string): Promise<string> {
  const info = await stat(path, { bigint: true }).catch(() => undefined);
  return info === undefined ? '' : `${info.size} ${info.mtimeNs} ${info.ctimeNs} ${info.ino}`;
}

/** Reads a file again only when its size, its times or its place on the disk have changed. */
export class Digests {
  readonly #known = new Map<string, { stamp: string; sha256: string }>();

  async of(path: string): Promise<string> {
    const stamp = await fileStamp(path);
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.sha256;
    const sha256 = await sha256Of(path);
    this.#known.set(path, { stamp, sha256 });
    return sha256;
  }
}
