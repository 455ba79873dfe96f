import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A type of a published client, such as `OpenAI.ChatCompletion`, and what came over the wire for it. */
export type TypedValue = readonly [type: string, value: unknown];

/** A member that may be left out may be null, as in OpenAI's own answers. */
const WIRE = `type Wire<T> = T extends readonly (infer Item)[] ? Wire<Item>[]
  : T extends object ? { [Name in keyof T]: undefined extends T[Name] ? Wire<T[Name]> | null : Wire<T[Name]> } : T;`;

const OPTIONS = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: 'esnext',
  module: 'nodenext',
  lib: ['esnext', 'dom'],
  types: [],
};

/**
 * Has the compiler check values against the published clients' own types: a required member that is missing, one that the type
 * does not know, a value of another type.
 * @returns what it says, a line each; empty: all fit.
 */
export async function misfits(values: readonly TypedValue[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-types-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const lines = values.map(
      ([type, value], at) => `export const v${at}: Wire<${type}> = ${JSON.stringify(value)};`,
    );
    const head = `import type Anthropic from '@anthropic-ai/sdk';\nimport type OpenAI from 'openai';\n${WIRE}`;
    writeFileSync(
      join(folder, 'values.mts'),
      `${head}\nexport type Sdks = [Anthropic, OpenAI];\n${lines.join('\n')}\n`,
    );
    const config = { compilerOptions: OPTIONS, files: ['values.mts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const compiler = join(root, 'node_modules/.bin/tsc');
    await promisify(execFile)(compiler, ['-p', folder], { cwd: folder });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (stdout === undefined || stdout === '') throw error;
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
