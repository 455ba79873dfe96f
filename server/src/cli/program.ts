import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programFolders } from '../config.ts';
import { root } from './root.ts';

const PROGRAM = fileURLToPath(new URL('../../../keyward', import.meta.url));

/** A command in a text; `keyward:` before an error, and the word in a sentence, are none. */
const COMMAND = /(?<![\w./-])keyward (?=(--help|--version|[a-z]+)(?![\w]))/g;

/**
 * The text with commands that run this program when they are pasted into the shell that started it: before `make install`,
 * the shell does not find `keyward`, and after that of another clone it finds the other one.
 */
export function pasteable(text: string): string {
  let name: string | undefined;
  return text.replaceAll(COMMAND, (whole, word: string) =>
    word.startsWith('--') || Object.hasOwn(root.commands ?? {}, word) ? `${(name ??= ownName())} ` : whole,
  );
}

/** Whether the shell finds this program by its name. */
export const isOnPath = (): boolean =>
  programFolders()
    .map((folder) => realPath(join(folder, 'keyward')))
    .find((path) => path !== undefined) === realPath(PROGRAM);

function ownName(): string {
  if (isOnPath()) return 'keyward';
  const path = realPath('keyward') === realPath(PROGRAM) ? './keyward' : PROGRAM;
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
