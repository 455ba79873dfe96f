import { readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, sep } from 'node:path';
import { usageError } from '../exit.ts';

export type Source = { kind: 'file'; path: string; title: string } | { kind: 'link'; title: string };

/**
 * Files, the files of folders, and URLs, in order. In folders it skips names that begin with a dot, and symbolic links:
 * they could form a circle.
 * @throws CliError that names a missing file, before anything is sent.
 */
export async function sourcesOf(given: readonly string[]): Promise<Source[]> {
  const found: Source[] = [];
  for (const name of given) {
    if (/^https?:\/\//i.test(name)) found.push({ kind: 'link', title: name });
    else for (const path of await filesAt(name)) found.push({ kind: 'file', path, title: titleOf(path) });
  }
  return found;
}

/** Where nothing was found, so that a wrong folder is noticed. */
export const NO_FILES = 'There are no files. Names that begin with a dot, and symbolic links, are skipped.';

/** A file, or those of a folder and its folders, in order. @throws CliError where one cannot be looked at */
export async function filesAt(path: string): Promise<string[]> {
  const unreadable = (error: NodeJS.ErrnoException): never => {
    const why =
      error.code === 'ENOENT'
        ? 'does not exist'
        : error.code === 'EACCES'
          ? 'may not be read by you'
          : `cannot be read (${error.code ?? error.message})`;
    throw usageError(`${path} ${why}.`, {
      hint: 'Give a file, a folder, or a URL that begins with https://.',
    });
  };
  const info = await stat(path).catch(unreadable);
  if (!info.isDirectory()) return [path];
  const files: string[] = [];
  const entries = await readdir(path, { withFileTypes: true }).catch(unreadable);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const below = join(path, entry.name);
    if (entry.isDirectory()) files.push(...(await filesAt(below)));
    else if (entry.isFile()) files.push(below);
  }
  return files;
}

/** The path as given, so that files of the same name differ; never a folder above the current one. */
function titleOf(path: string): string {
  const clean = normalize(path).split(sep).join('/');
  return isAbsolute(path) || clean.startsWith('../') ? basename(path) : clean;
}
