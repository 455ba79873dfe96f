import { isIP } from 'node:net';
import { StartupError } from '../errors.ts';

/* Values of environment variables. Each is refused with its name and the allowed form. */

export type Environment = Record<string, string | undefined>;

export function integer(
  env: Environment,
  name: string,
  range: { fallback: number; min: number; max: number },
): number {
  const text = env[name];
  if (text === undefined) return range.fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= range.min && value <= range.max) return value;
  throw new StartupError(
    `${name} must be a whole number from ${range.min} to ${range.max}; it is "${text}".`,
  );
}

export function oneOf<const T extends string>(
  env: Environment,
  name: string,
  words: readonly T[],
  fallback: T,
): T {
  const text = env[name];
  if (text === undefined) return fallback;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw new StartupError(`${name} must be one of ${words.join(', ')}; it is "${text}".`);
}

export function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export function ranges(env: Environment, name: string): string[] {
  const items = list(env[name]);
  const isRange = (text: string): boolean => {
    const [, address = '', bits = '0'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    return Number(bits) <= ({ 4: 32, 6: 128 }[isIP(address)] ?? -1);
  };
  const bad = items.findIndex((item) => !isRange(item));
  if (bad < 0) return items;
  throw new StartupError(
    `${name} must be addresses or CIDR ranges such as 10.0.0.0/8, separated by commas; entry ${bad + 1} is not.`,
  );
}

/** Origins as browsers send them; `*`: any. */
export function origins(env: Environment, name: string): 'any' | string[] {
  const items = list(env[name]);
  if (items.length === 1 && items[0] === '*') return 'any';
  return items.map((item, index) => {
    const origin = originOf(item);
    if (origin !== undefined) return origin;
    throw new StartupError(
      `${name} must be origins such as https://chat.example.com or http://localhost:3000, without a path, ` +
        `separated by commas, or * alone; entry ${index + 1} is not.`,
    );
  });
}

/** Extensions and apps have schemes of their own, which URL does not give an origin. */
function originOf(text: string): string | undefined {
  const [, scheme = '', host = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#@*\s]+)$/i.exec(text) ?? [];
  if (host === '') return undefined;
  if (!/^https?$/i.test(scheme)) return text.toLowerCase();
  return URL.canParse(text) ? new URL(text).origin : undefined;
}
