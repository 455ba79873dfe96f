import { posix } from 'node:path';

/** The whole architecture: a module imports only from modules to its left, through their doors. */
export const MODULE_LINE =
  'base config storage nodes access audit sealing settings usage keys identity models vault jobs batches documents retrieval workspaces chat widgets agents stacks bootstrap moving http api openai developer app cli main'.split(
    ' ',
  );

/** Files other than config.ts that read the environment, each with its reason. None so far. */
const MAY_READ_ENVIRONMENT: Record<string, string> = {};

const IMPORT = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;

/** Tests, and what only tests import, may go through walls. */
export function isTest(path: string): boolean {
  return /\.(test|fixture)\.ts$/.test(path);
}

/** What a file imports, in words of the source. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? '');
}

/**
 * What is wrong with one file of the product.
 * @param path below server/src, such as `keys/keys.ts`.
 */
export function violationsOf(path: string, source: string): string[] {
  const module = moduleOf(path);
  const wrong = MODULE_LINE.includes(module) ? [] : [`${module} is not on the module line`];
  for (const specifier of importsOf(source)) {
    const reason = specifier.startsWith('.')
      ? wrongInside(module, posix.join(posix.dirname(path), specifier))
      : wrongPackage(module, specifier);
    if (reason !== undefined) wrong.push(`imports ${specifier}: ${reason}`);
  }
  const readsEnvironment = /\bprocess(\.|\?\.|\[['"])env\b/.test(source);
  if (readsEnvironment && module !== 'config' && MAY_READ_ENVIRONMENT[path] === undefined)
    wrong.push('reads the environment, which is for config alone');
  return wrong.map((what) => `${path} ${what}`);
}

function moduleOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.ts$/, '');
}

function wrongInside(module: string, target: string): string | undefined {
  if (target.startsWith('../')) return target.endsWith('.ts') ? 'outside of server/src' : undefined;
  const other = moduleOf(target);
  if (other === module) return undefined;
  const [here, there] = [MODULE_LINE.indexOf(module), MODULE_LINE.indexOf(other)];
  if (there === -1) return `${other} is not on the module line`;
  if (there > here) return `${other} stands to the right of ${module}`;
  const isDoor = other === 'base' || target === `${other}/index.ts` || target === `${other}.ts`;
  return isDoor ? undefined : `${other} is entered by its index.ts`;
}

function wrongPackage(module: string, specifier: string): string | undefined {
  return specifier === 'find-my-way' && module !== 'http' ? 'only http knows the router' : undefined;
}
