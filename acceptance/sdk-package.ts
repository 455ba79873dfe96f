import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { machineEnvironment, REPOSITORY, temporaryFolder } from './server.ts';

const run = promisify(execFile);
const COMMAND_TIMEOUT_MS = 120_000;

/** Runs a program to its end. @throws with what it printed when it fails */
export async function runIn(
  cwd: string,
  [program = '', ...args]: string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const options = { cwd, env: { ...machineEnvironment(), ...environment }, timeout: COMMAND_TIMEOUT_MS };
  try {
    return (await run(program, args, options)).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** A folder outside of the repository in which the packed SDK is installed, as another project would. */
export async function newProject(): Promise<string> {
  const folder = temporaryFolder();
  const built = join(folder, 'built');
  await runIn(REPOSITORY, ['node', 'sdk/build.ts', built]);
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  // Its dependencies come from this repository: a test asks no registry.
  const dependencies = ['openapi-fetch', 'openapi-typescript-helpers'].map((name) =>
    join(REPOSITORY, 'node_modules', name),
  );
  await runIn(packed, ['npm', 'pack', '--silent', '--ignore-scripts', built, ...dependencies]);
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'other', private: true }));
  const files = globSync(join(packed, '*.tgz'));
  await runIn(project, ['npm', 'install', '--silent', '--offline', '--no-audit', '--no-fund', ...files]);
  return project;
}

/** The strictest options; they check the types of the SDK too. */
const COMPILER_OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  skipLibCheck: false,
  target: 'es2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
};

interface Kind {
  type: 'module' | 'commonjs';
  options: object;
}

/** Adds a folder to the project whose TypeScript is compiled to ES modules or CommonJS. */
export function addFolder(project: string, name: string, { type, options }: Kind): string {
  const folder = join(project, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
  const config = { compilerOptions: { ...COMPILER_OPTIONS, ...options } };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return folder;
}

/** Adds the program of acceptance/sdk-project in a folder named after its kind. */
export function addProgram(project: string, kind: Kind): string {
  const folder = addFolder(project, kind.type, kind);
  cpSync(join(REPOSITORY, 'acceptance/sdk-project/scenario.ts'), join(folder, 'scenario.ts'));
  return folder;
}
