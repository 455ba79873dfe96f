import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { NODE_ARGUMENTS } from './test/processes/node-arguments.ts';

const APP = fileURLToPath(new URL('src/app.ts', import.meta.url));

/** Imports the whole server and prints each module with its format. */
const PROGRAM = `
import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({
  load(url, context, next) {
    seen.add(url + ' ' + context.format);
    return next(url, context);
  },
});
await import(${JSON.stringify(APP)});
process.stdout.write(JSON.stringify([...seen].sort()), () => process.exit(0));`;

async function modulesLoadedWith(nodeArguments: string[]): Promise<string[]> {
  const args = [...nodeArguments, '--input-type=module', '-e', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 16 * 1024 * 1024 });
  return JSON.parse(stdout) as string[];
}

it('the server loads the same modules in the same formats as Node alone would load', async () => {
  const [found, expected] = await Promise.all([modulesLoadedWith(NODE_ARGUMENTS), modulesLoadedWith([])]);
  expect(expected.length).toBeGreaterThan(500);
  expect(found).toEqual(expected);
});
