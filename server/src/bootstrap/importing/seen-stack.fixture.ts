import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readDotenv, readRaw } from './dotenv-text.ts';
import { interpolated } from './interpolation.ts';

interface Service {
  environment?: Record<string, string | number | boolean | null> | string[];
  env_file?: string | (string | { path: string; required?: boolean; format?: string })[];
  secrets?: string[];
}

interface Compose {
  services: Record<string, Service>;
  secrets?: Record<string, { file: string }>;
}

/**
 * The variables that each service of a stack gets, as compose gives them; `NAME_FILE` counts as the `NAME` that the
 * program makes of it.
 */
export function seenByServices(folder: string, [composeFile = '', ...envFiles]: readonly string[]) {
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const project: Record<string, string> = {};
  for (const path of envFiles)
    for (const { name, value } of readDotenv(read(path), path, (known) => project[known]))
      project[name] = value;
  const lookup = (name: string): string | undefined => project[name];
  const { services, secrets = {} } = parse(read(composeFile).replace('\uFEFF', ''), {
    merge: true,
  }) as Compose;
  const seen: Record<string, Record<string, string>> = {};
  for (const [service, { environment = {}, env_file = [], secrets: own = [] }] of Object.entries(services)) {
    const variables: Record<string, string> = {};
    for (const entry of [env_file].flat()) {
      const { path, required = true, format } = typeof entry === 'string' ? { path: entry } : entry;
      if (!required && !existsSync(join(folder, path))) continue;
      const lines = format === 'raw' ? readRaw(read(path)) : readDotenv(read(path), path, lookup);
      for (const { name, value } of lines) variables[name] = value;
    }
    const pairs = Array.isArray(environment)
      ? environment.map((line) => [line.split('=')[0] ?? '', /=([\s\S]*)$/.exec(line)?.[1]] as const)
      : Object.entries(environment);
    for (const [name, value] of pairs) {
      const found =
        value === null || value === undefined ? lookup(name) : interpolated(String(value), lookup)?.value;
      if (found !== undefined) variables[name] = found;
    }
    for (const [name, value] of Object.entries(variables)) {
      const id = /^\/run\/secrets\/(.*)$/.exec(value)?.[1];
      if (id === undefined) continue;
      if (!own.includes(id)) throw new Error(`${service} does not mount ${id}.`);
      delete variables[name];
      variables[name.replace(/_{1,2}FILE$/, '')] = read(secrets[id]?.file ?? '');
    }
    seen[service] = Object.fromEntries(Object.entries(variables).toSorted(([a], [b]) => a.localeCompare(b)));
  }
  return seen;
}
