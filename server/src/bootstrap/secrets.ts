import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Random } from './manifest/random.ts';
import type { SecretReference } from './manifest/secret-reference.ts';

const VALUE_MAX_BYTES = 64 * 1024;

/** Where values and files of the manifest come from. */
export interface Surroundings {
  /** The folder of the manifest: relative paths start there. */
  folder: string;
  variables: NodeJS.ProcessEnv;
}

/** The variable was set, but gives no value. @property message names the variable, never its content */
export class VariableError extends Error {}

/**
 * The value of an environment variable, or the content of the file that `NAME_FILE` names, without the line end of an
 * editor. undefined: neither is set. @throws VariableError
 */
export async function variableValue(
  name: string,
  { folder, variables }: Surroundings,
): Promise<string | undefined> {
  const direct = variables[name];
  const file = variables[`${name}_FILE`];
  const isDirect = direct !== undefined && direct !== '';
  const isFile = file !== undefined && file !== '';
  if (isDirect && isFile) throw new VariableError(`${name} and ${name}_FILE are both set. Set one of them.`);
  if (isDirect) return checked(direct, name);
  return isFile ? checked(await fileValue(file, folder), `${name}_FILE`) : undefined;
}

/** @throws VariableError */
export async function fileValue(path: string, folder: string): Promise<string> {
  const content = await readFile(resolve(folder, path), 'utf8').catch((cause: unknown) => {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new VariableError(`The file ${path} cannot be read (${code}).`, { cause });
  });
  return content.replace(/\r?\n$/, '');
}

/** @throws VariableError naming the variable or the file */
export async function secretOf(reference: SecretReference, surroundings: Surroundings): Promise<string> {
  if ('file' in reference) return fileValue(reference.file, surroundings.folder);
  const value = await variableValue(reference.env, surroundings);
  if (value === undefined)
    throw new VariableError(`${reference.env} is not set. Set it, or ${reference.env}_FILE.`);
  return value;
}

/** By the names that requests use, such as `admin` for `{admin}`. @throws VariableError */
export async function secretsOf(
  references: Readonly<Record<string, SecretReference>> = {},
  surroundings: Surroundings,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(references))
    values[name] = await secretOf(reference, surroundings);
  return values;
}

function checked(value: string, name: string): string {
  if (value.trim() === '') throw new VariableError(`${name} is blank.`);
  if (Buffer.byteLength(value) > VALUE_MAX_BYTES) throw new VariableError(`${name} has more than 64 KiB.`);
  return value;
}

const ALPHABETS = {
  base62: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  hex: '0123456789abcdef',
  base64url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
};

/** From the random generator of the system, each character with the same probability. */
export function randomValue({ length, alphabet = 'base62', prefix = '' }: Random): string {
  const letters = ALPHABETS[alphabet];
  return prefix + Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');
}

export const newFingerprintKey = (): string => randomBytes(32).toString('base64url');

/** Tells whether a value is still the same, and nothing else to a reader without the key. */
export const fingerprintOf = (value: string, key: string): string =>
  createHmac('sha256', key).update(value).digest('base64url').slice(0, 22);
