import { basename, dirname, relative, resolve } from 'node:path';
import type { ComposeFile } from './compose-file.ts';
import { isMoved, placesOf, sharedValues, type Findings, type Use } from './findings.ts';
import type { DotenvFile, Stack } from './stack.ts';

/** One value, stored once, and everywhere that it is used. */
export interface ImportedKey {
  id: string;
  /** The variable of its `env` source. */
  env: string;
  value: string;
  uses: Use[];
  /** The files of variables that get it, and under which name. */
  copies: { sink: string; name: string }[];
  /** Whether a compose secret mounts its file. */
  isFile: boolean;
  services: string[];
}

/** A file of variables, in the place of lines that are moved. */
export interface VariableFile {
  sink: string;
  /** Relative to the compose file. */
  path: string;
  /** Moved out of `environment` of this service, or out of this .env file. */
  from: { file: ComposeFile; service: string } | DotenvFile;
}

export interface ImportPlan {
  stack: Stack;
  findings: Findings;
  keys: ImportedKey[];
  variableFiles: VariableFile[];
}

export interface TakenNames {
  ids: ReadonlySet<string>;
  sinks: ReadonlySet<string>;
  /** That a manifest gives to its keys. */
  variables: ReadonlySet<string>;
  /** Of the secrets of the compose files. */
  secrets: ReadonlySet<string>;
}

/** Where values lie, relative to the compose file. */
export const SECRETS_FOLDER = 'secrets';
/** Variables that the manifest needs itself. */
const OWN_VARIABLES = ['VAULT_TOKEN'];

/** What is stored, under which names. */
export function planImport(stack: Stack, findings: Findings, taken: TakenNames): ImportPlan {
  const variableFiles: VariableFile[] = [];
  const keys: ImportedKey[] = [];
  const ids = new Set([...taken.ids, ...taken.secrets]);
  // Keyward reads the .env file of its folder: a variable that stays there would replace the value of a key.
  const stay = findings.variables.filter((variable) => !isMoved(variable)).map(({ name }) => name);
  const variables = new Set([...OWN_VARIABLES, ...taken.variables, ...stay]);
  for (const uses of sharedValues(findings)) {
    const id = unused(preferredId(uses, findings), ids);
    ids.add(id);
    const env = id
      .toUpperCase()
      .replaceAll(/\W/g, '_')
      .replace(/^(?=\d)/, '_');
    const copies = uses
      .filter(({ way }) => way?.how === 'env_file')
      .flatMap((use) => placesOf(use).map((from) => ({ name: use.name, from })));
    keys.push({
      id,
      env: variables.has(env) ? unused(`STACK_${env}`, variables) : env,
      value: uses[0]?.value ?? '',
      uses,
      isFile: uses.some(({ way }) => way?.how === 'file'),
      copies: copies.map(({ name, from }) => ({ name, sink: sinkFor(from, variableFiles, taken) })),
      services: servicesOf(uses),
    });
  }
  return { stack, findings, keys, variableFiles };
}

export function servicesOf(uses: readonly Use[]): string[] {
  const names = uses.flatMap(({ services, line }) => [
    ...services.map(({ service }) => service.name),
    ...(line?.file.users ?? []).map(({ service }) => service),
  ]);
  return [...new Set(names)];
}

/** The name in the .env file, else that of the first variable; with the service where it would be ambiguous. */
function preferredId(uses: readonly Use[], { variables, uses: all }: Findings): string {
  const value = uses[0]?.value;
  const variable = variables.find(
    (one) =>
      isMoved(one) &&
      one.value === value &&
      uses.some((use) => use.names.has(one.name) || use.name === one.name),
  );
  const name = variable?.name ?? uses[0]?.name ?? '';
  const isAmbiguous = all.some((use) => isMoved(use) && use.name === name && use.value !== value);
  const [service = ''] = servicesOf(uses);
  // A word such as URL may be a variable of any shell.
  const needsService = variable === undefined && (isAmbiguous || !name.includes('_'));
  return idFrom(needsService ? `${service}_${name}` : name);
}

const ID_MAX = 60;

const idFrom = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, ID_MAX) || 'secret';

function unused(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
  return name;
}

function sinkFor(from: VariableFile['from'], known: VariableFile[], { sinks }: TakenNames): string {
  const same = known.find((one) =>
    'service' in from
      ? 'service' in one.from && one.from.file === from.file && one.from.service === from.service
      : one.from === from,
  );
  if (same !== undefined) return same.sink;
  const base = 'service' in from ? from.service : `${basename(from.path).replaceAll(/^\.|\.env$/g, '')}-file`;
  const name = unused(idFrom(base), new Set([...sinks, ...known.map(({ sink }) => sink)]));
  known.push({ sink: name, path: `./${SECRETS_FOLDER}/${name}.env`, from });
  return name;
}

/** A path as the manifest writes it. */
export function fromManifest(manifest: string, { folder }: Stack, path: string): string {
  return relative(dirname(resolve(manifest)), resolve(folder, path)) || '.';
}
