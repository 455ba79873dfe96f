import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TemporaryFiles } from './temporary-files.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-temporary-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'uploads');
}

test('A temporary file is readable by its owner alone and has no name', async () => {
  const folder = newFolder();
  const files = new TemporaryFiles(folder);
  files.start();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const file = await files.create();
  await file.writeFile('turnips');
  const { mode, nlink, size } = await file.stat();
  expect({ mode: mode & 0o777, nlink, size }).toEqual({ mode: 0o600, nlink: 0, size: 7 });
  expect(readdirSync(folder)).toEqual([]);
  await file.close();
});

test('Files of a killed process are removed at the next start, also while others upload', async () => {
  const folder = newFolder();
  const files = new TemporaryFiles(folder);
  files.start();
  const file = await files.create();
  writeFileSync(join(folder, 'left'), 'x');
  new TemporaryFiles(folder).start();
  expect(readdirSync(folder)).toEqual([]);
  await file.writeFile('still here');
  expect((await file.stat()).size).toBe(10);
  await file.close();
});
