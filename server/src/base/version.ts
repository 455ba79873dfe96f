import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export const VERSION = version;

/** The commit of this clone as the process began, 12 characters; null: the code is not in a clone of git. */
export const COMMIT = commitOf(ROOT);

/** Such as `0.1.0 (4f9c2a7b18d3)`. */
export const BUILD = buildOf({ version: VERSION, commit: COMMIT });

export function buildOf({ version: name, commit }: { version: string; commit?: string | null }): string {
  return typeof commit === 'string' ? `${name} (${commit})` : name;
}

/** Without git: it may not be installed. */
export function commitOf(root: string): string | null {
  try {
    const folder = gitFolder(root);
    const head = textOf(folder, 'HEAD');
    const name = /^ref: (.+)$/.exec(head)?.[1];
    const commit = name === undefined ? head : (refIn(folder, name) ?? '');
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit.slice(0, 12) : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

function textOf(...path: string[]): string {
  return readFileSync(join(...path), 'utf8').trim();
}

/** In a worktree `.git` is a file that names it. */
function gitFolder(root: string): string {
  const path = join(root, '.git');
  try {
    return resolve(root, textOf(path).replace(/^gitdir: /, ''));
  } catch {
    return path;
  }
}

function refIn(folder: string, name: string): string | undefined {
  const common = sharedFolder(folder);
  try {
    return textOf(common, name);
  } catch {
    const line = textOf(common, 'packed-refs')
      .split('\n')
      .find((packed) => packed.endsWith(` ${name}`));
    return line?.split(' ', 1)[0];
  }
}

/** Worktrees have their branches in the folder of the clone. */
function sharedFolder(folder: string): string {
  try {
    return resolve(folder, textOf(folder, 'commondir'));
  } catch {
    return folder;
  }
}
