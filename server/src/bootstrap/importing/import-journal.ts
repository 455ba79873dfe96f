import { createHash } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { withLock } from '../sinks/file-lock.ts';
import { readPrivate, writePrivate } from '../sinks/private-files.ts';
import { ImportError } from './import-error.ts';
import { textIfAny } from './stack.ts';
import { withEdits, type TextEdit } from './text-edits.ts';

/**
 * What is about to be changed in several files. It is written before the first of them, and removed after the last: a
 * run that is killed in between is finished by the next one. It has parts to remove and texts to add, never a value.
 */
export interface FileChange {
  /** Absolute. */
  path: string;
  /** The digest of the old text; null: the file does not exist. */
  before: string | null;
  after: string;
  edits: TextEdit[];
}

const NEW_FILE_MODE = 0o644;

export const journalPath = (manifest: string): string => join(dirname(manifest), '.keyward-import.json');

export function changeOf(path: string, text: string | undefined, edits: TextEdit[]): FileChange {
  const after = withEdits(text ?? '', edits);
  return { path, before: text === undefined ? null : digestOf(text), after: digestOf(after), edits };
}

/** Changes all files, or none if one of them is not as it was read. @throws ImportError */
export async function carryOut(journal: string, changes: readonly FileChange[]): Promise<void> {
  await withLock(journal, async () => {
    for (const { path, before } of changes)
      if ((await digestNow(path)) !== before)
        throw new ImportError(
          `${path} was changed meanwhile. Nothing was changed in the stack. Run this again.`,
        );
    await writePrivate(journal, JSON.stringify({ version: 1, changes }));
    await finish(journal, changes);
  });
}

/** @returns the files of an import that was cut off, or undefined. */
export async function cutOffImport(journal: string): Promise<FileChange[] | undefined> {
  const text = await readPrivate(journal);
  if (text === undefined) return undefined;
  const content = jsonIn(text);
  if (isObject(content) && content['version'] === 1 && Array.isArray(content['changes']))
    return content['changes'] as FileChange[];
  throw new ImportError(
    `${journal} cannot be read. Remove it, and compare the files of the stack with their copies.`,
  );
}

/** Finishes an import that was cut off. @throws ImportError if somebody changed a file since then */
export async function finishImport(journal: string): Promise<void> {
  await withLock(journal, async () => {
    const changes = await cutOffImport(journal);
    if (changes !== undefined) await finish(journal, changes);
  });
}

async function finish(journal: string, changes: readonly FileChange[]): Promise<void> {
  for (const { path, before, after, edits } of changes) {
    const text = await textIfAny(path);
    const digest = text === undefined ? null : digestOf(text);
    if (digest === after) continue;
    if (digest !== before)
      throw new ImportError(
        `${path} was changed after an import of it was cut off.`,
        `Bring it back as it was, or remove ${journal} and change the stack by hand. All values are stored.`,
      );
    await replaceFile(path, withEdits(text ?? '', edits));
  }
  await rm(journal, { force: true });
}

/** As a whole, with its mode, its owner and its group; a link stays a link. */
async function replaceFile(path: string, content: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const found = await stat(target).catch(() => undefined);
  const mode = found === undefined ? NEW_FILE_MODE : found.mode & 0o777;
  // One of a run that was killed is replaced: only one run at a time is here.
  const temporary = join(dirname(target), `.${basename(target)}.keyward-import`);
  try {
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', mode);
    try {
      const made = await file.stat();
      // With another owner its users could not read it any more.
      if (found !== undefined && (found.uid !== made.uid || found.gid !== made.gid))
        await file.chown(found.uid, found.gid);
      // The mask of the process may have taken rights away.
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ImportError(
      `${path} cannot be written (${code}).`,
      code === 'EPERM'
        ? 'It belongs to another user or group. Run this as its owner, or as root: it goes on.'
        : 'Correct that, then run this again: it goes on.',
    );
  }
}

async function digestNow(path: string): Promise<string | null> {
  const text = await textIfAny(path);
  return text === undefined ? null : digestOf(text);
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
