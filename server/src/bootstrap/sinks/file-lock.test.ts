import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { withLock } from './file-lock.ts';

const HOLDER = fileURLToPath(new URL('lock-holder.fixture.ts', import.meta.url));

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'keyward-lock-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [HOLDER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('a lock is held by one process at a time, also when holders are killed while others wait', async () => {
  const path = join(folder(), 'notes');
  const workers = Array.from({ length: 8 }, () => start('work', path, '60'));
  const codes = workers.map(async (child) => {
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stderr };
  });
  for (let round = 0; round < 6; round++) {
    const victim = start('hang', path);
    const ended = once(victim, 'exit');
    await Promise.race([once(victim.stdout ?? victim, 'data'), ended]);
    victim.kill('SIGKILL');
    await ended;
  }
  expect(await Promise.all(codes)).toEqual(workers.map(() => ({ code: 0, stderr: '' })));
}, 60_000);

test('a lock leaves no file behind, and pieces of work of one process wait for each other', async () => {
  const directory = folder();
  let inside = 0;
  const work = async () => {
    inside++;
    await new Promise(setImmediate);
    expect(inside--).toBe(1);
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(join(directory, 'notes'), work)));
  expect(readdirSync(directory)).toEqual([]);
});
