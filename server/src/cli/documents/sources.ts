import { readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, sep } from 'node:path';
import { usageError } from '../exit.ts';

/** Something to be added. */
export type Source = { kind: 'file'; path: string; title: string } | { kind: 'link'; title: string };

/**
 * Files, the files of folders, and addresses of the web, in order. What begins with a dot is left out of folders, as are
 * links, so that no folder is walked forever.
 * @throws CliError naming what is not there, before anything is sent.
 */
export async function sourcesOf(given: readonly string[]): Promise<Source[]> {
  const found: Source[] = [];
  for (const name of given) {
    if (/^https?:\/\//i.test(name)) found.push({ kind: 'link', title: name });
    else for (const path of await filesAt(name)) found.push({ kind: 'file', path, title: titleOf(path) });
  }
  return found;
}

async function filesAt(path: string): Promise<string[]> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw usageError(`${path} cannot be read (${error.code ?? error.message}).`, {
      hint: 'Give a file, a folder, or a URL that begins with https://.',
    });
  });
  if (!info.isDirectory()) return [path];
  const files: string[] = [];
  for (const entry of (await readdir(path, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (entry.name.startsWith('.')) continue;
    const below = join(path, entry.name);
    if (entry.isDirectory()) files.push(...(await filesAt(below)));
    else if (entry.isFile()) files.push(below);
  }
  return files;
}

/** The path as it was given, so that two files of the same name stay apart; nothing of what lies above this folder. */
function titleOf(path: string): string {
  const clean = normalize(path).split(sep).join('/');
  return isAbsolute(path) || clean.startsWith('../') ? basename(path) : clean;
}
