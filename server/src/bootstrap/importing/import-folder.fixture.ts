import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Bootstrap } from '../bootstrap.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { openSinks } from '../open-sinks.ts';
import { StackImport, type StackImportOptions } from './stack-import.ts';
import { STACKS, type StackFixture } from './stacks.fixture.ts';

/** A folder with a stack, until the end of the test. */
export function folderOf(stack: StackFixture) {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(stack)) writeFileSync(join(folder, name), text);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const now = (): StackFixture => Object.fromEntries(Object.keys(stack).map((name) => [name, read(name)]));
  const prepare = (
    files: readonly string[],
    options: Partial<StackImportOptions> = {},
  ): Promise<StackImport> =>
    StackImport.prepare({
      files: files.map((name) => join(folder, name)),
      manifest: undefined,
      force: false,
      vault: undefined,
      include: new Set(),
      exclude: new Set(),
      variables: {},
      ...options,
    });
  const plan = async () => {
    const manifest = readManifest(read('keyward.bootstrap.yaml'), 'manifest', {});
    const surroundings = { folder, variables: {} };
    const sinks = await openSinks(manifest, surroundings);
    return new Bootstrap({ manifest, surroundings, sinks, minters: new Map(), nowMs: Date.now }).plan();
  };
  return { folder, read, now, prepare, plan };
}

export function named(name: string): { files: string[]; stack: StackFixture } {
  const found = STACKS[name];
  if (found === undefined) throw new Error(`There is no stack ${name}.`);
  return found;
}
