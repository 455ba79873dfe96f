import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** What all tests together put there, twice over. */
const ROOM_MIN_BYTES = 4 * 1024 ** 3;
/** Removes the folder when this process is gone, however it ended: in memory nothing may be left behind. */
const KEEPER = 'read -r _; rm -rf "$1"';

/**
 * Makes the folder that temporary files of this process and its children go to, in memory: no test shows what a power
 * cut does, and all wait for a disk. Where there is too little room they go where they always do.
 * @returns removes it.
 */
export function moveTemporaryFilesToMemory(): () => void {
  const folder = newFolder();
  if (folder === undefined) return () => undefined;
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  keeper.unref();
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  };
}

function newFolder(): string | undefined {
  let folder: string | undefined;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM_MIN_BYTES) return undefined;
    folder = mkdtempSync(join(MEMORY, 'keyward-'));
    // PostgreSQL, which does not run as root, has its own folder in it.
    chmodSync(folder, 0o711);
    // In containers programs often may not be run from there, and some tests do.
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    execFileSync(program);
    return folder;
  } catch {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
}
