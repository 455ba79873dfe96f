import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { otherFiles, otherTexts, readCompose, type ComposeFile, type EnvFileEntry } from './compose-file.ts';
import { readDotenv, readRaw, type DotenvEntry } from './dotenv-text.ts';
import { ImportError } from './import-error.ts';
import { interpolated, type Lookup } from './interpolation.ts';

/** A .env file of the stack. */
export interface DotenvFile {
  path: string;
  text: string;
  entries: DotenvEntry[];
  /** Whether compose replaces variables of the compose file by it. */
  isProject: boolean;
  /** The services that get all of it, each with the entry of its list. */
  users: { file: ComposeFile; service: string; entry: EnvFileEntry }[];
}

export interface Stack {
  /** Relative paths of compose start here. */
  folder: string;
  composeFiles: ComposeFile[];
  dotenvFiles: DotenvFile[];
  lookup: Lookup;
  /** Texts that may name variables and that the import does not change. */
  otherTexts: { path: string; text: string }[];
}

export interface StackFiles {
  /** Compose files, and .env files for `${NAME}`, as the operator named them. */
  files: readonly string[];
  /** Files of values that Keyward has written; absolute. */
  ignored: ReadonlySet<string>;
}

const OVERRIDES = ['compose.override.yaml', 'compose.override.yml', 'docker-compose.override.yml'];

/** Reads everything that compose would read. @throws ImportError */
export async function readStack({ files, ignored }: StackFiles): Promise<Stack> {
  const composePaths = files.filter(isYaml);
  const [first] = composePaths;
  if (first === undefined)
    throw new ImportError(
      'No compose file is named.',
      'For example: keyward bootstrap import compose.yaml .env',
    );
  const folder = dirname(resolve(first));
  const composeFiles = await Promise.all(
    composePaths.map(async (path) => readCompose(await textFile(path), path)),
  );
  await refuseOverride(composePaths, folder);
  const envFilePaths = new Set(
    composeFiles.flatMap(({ services }) =>
      services.flatMap(({ envFiles }) => envFiles.map(({ path }) => resolve(folder, path))),
    ),
  );
  const given = files.filter((path) => !isYaml(path));
  const isOnlyForServices = (path: string): boolean =>
    envFilePaths.has(resolve(path)) && !/(?:^|\/)\.env$/.test(path);
  const projectPaths = given.filter((path) => !isOnlyForServices(path));
  if (given.length === 0 && (await textIfAny(join(folder, '.env'))) !== undefined)
    projectPaths.push(join(dirname(first), '.env'));
  const dotenvFiles: DotenvFile[] = [];
  const lookup: Lookup = (name) =>
    dotenvFiles
      .findLast((file) => file.isProject && file.entries.some((entry) => entry.name === name))
      ?.entries.findLast((entry) => entry.name === name)?.value;
  for (const path of projectPaths) {
    const text = await textFile(path);
    dotenvFiles.push({ path, text, entries: readDotenv(text, path, lookup), isProject: true, users: [] });
  }
  const stack: Stack = { folder, composeFiles, dotenvFiles, lookup, otherTexts: [] };
  await addEnvFiles(stack, { base: dirname(first), ignored });
  for (const file of composeFiles) {
    stack.otherTexts.push(...otherTexts(file));
    for (const path of otherFiles(file)) {
      const isGiven = composePaths.some((one) => resolve(one) === resolve(folder, path));
      if (!isGiven) stack.otherTexts.push({ path, text: await textFile(resolve(folder, path), path) });
    }
  }
  return stack;
}

/** The files that services name in `env_file`. */
async function addEnvFiles(
  { folder, composeFiles, dotenvFiles, lookup }: Stack,
  { base, ignored }: { base: string; ignored: ReadonlySet<string> },
): Promise<void> {
  for (const file of composeFiles)
    for (const service of file.services)
      for (const entry of service.envFiles) {
        const written = interpolated(entry.path, lookup)?.value ?? entry.path;
        const absolute = resolve(folder, written);
        if (ignored.has(absolute)) continue;
        let known = dotenvFiles.find(({ path }) => resolve(path) === absolute);
        if (known === undefined) {
          const path = isAbsolute(written) ? written : join(base, written);
          const text = await textIfAny(absolute);
          if (text === undefined && !entry.isRequired) continue;
          if (text === undefined) throw unreadable(path, 'ENOENT');
          const entries = entry.format === 'raw' ? readRaw(text) : readDotenv(text, path, lookup);
          dotenvFiles.push((known = { path, text, entries, isProject: false, users: [] }));
        }
        known.users.push({ file, service: service.name, entry });
      }
}

const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path);

/** compose reads an override beside the file without being asked; what is in it would be lost. */
async function refuseOverride(paths: readonly string[], folder: string): Promise<void> {
  if (paths.length > 1) return;
  for (const name of OVERRIDES)
    if ((await textIfAny(join(folder, name))) !== undefined && !paths.some((path) => path.endsWith(name)))
      throw new ImportError(
        `${name} lies beside ${paths[0] ?? ''}, and compose reads both.`,
        `Name both: keyward bootstrap import ${paths[0] ?? ''} ${name} .env`,
      );
}

/** @throws ImportError also for a file that is no UTF-8: it could not be written back as it was */
export async function textFile(path: string, shown = path): Promise<string> {
  const text = await textIfAny(path, shown);
  if (text === undefined) throw unreadable(shown, 'ENOENT');
  return text;
}

const TEXT_MAX_BYTES = 1024 * 1024;

/** undefined: there is no such file. */
export async function textIfAny(path: string, shown = path): Promise<string | undefined> {
  const absent = (cause: NodeJS.ErrnoException): undefined => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw unreadable(shown, cause.code ?? 'unknown');
  };
  const found = await stat(path).catch(absent);
  if (found === undefined) return undefined;
  // Reading a pipe or a device may never end, and neither can be replaced.
  if (!found.isFile()) throw new ImportError(`${shown} is not a file.`, 'Name a file that can be changed.');
  if (found.size > TEXT_MAX_BYTES) throw new ImportError(`${shown} has more than 1 MiB.`);
  const bytes = await readFile(path).catch(absent);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ImportError(`${shown} is not UTF-8.`, 'Save it as UTF-8, then run this again.');
  }
}

const unreadable = (path: string, code: string): ImportError =>
  new ImportError(
    `${path} cannot be read (${code}).`,
    'Correct the path, or the entry of compose that names it.',
  );

/** The image of a service, with its variables replaced. */
export function imageOf(stack: Stack, image: string): string {
  return interpolated(image, stack.lookup)?.value ?? image;
}
