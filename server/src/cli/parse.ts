import { jsonIn } from '../base/json-text.ts';
import { parseArgs } from 'node:util';
import type { ArgDef, ArgsDef } from 'citty';
import { similar } from '../base/nearest.ts';
import { usageError } from './exit.ts';
import { counted, pluralOf } from './count-text.ts';
import { refuseSecondStdin } from './files.ts';

interface Arguments {
  /** Every value of every flag. */
  values: Map<string, string[]>;
  /** The flags with their values, `--`, and the positional arguments. */
  argv: string[];
}

/**
 * Refuses what citty accepts: unknown flags, flags without their value, too many arguments. A positional argument can
 * be given by its name too: `keys create --name app`.
 * @throws CliError
 */
export function checkArguments(
  argv: string[],
  { args, repeatsLast = false }: { args: ArgsDef; repeatsLast?: boolean },
): Arguments {
  const options = Object.fromEntries(
    Object.entries(args).map(([name, definition]) => [
      name,
      {
        type: definition.type === 'boolean' ? ('boolean' as const) : ('string' as const),
        multiple: true,
        ...shortOf(definition),
      },
    ]),
  );
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: true, allowNegative: true, strict: true });
  } catch (error) {
    throw refusal(error as NodeJS.ErrnoException, argv, Object.keys(options));
  }
  const values = new Map(
    Object.entries(parsed.values).map(([name, given]) => [name, [given].flat().map(String)]),
  );
  const places = Object.keys(args).filter((name) => args[name]?.type === 'positional');
  const more = repeatsLast ? parsed.positionals.splice(places.length) : [];
  const placed = inPlace(places, parsed.positionals, values);
  const flags = [...values].flatMap(([name, given]) => given.map((value) => `--${name}=${value}`));
  // Only a key is called `key`.
  const others = placed.filter((_, place) => places[place] !== 'key');
  [...others, ...more, ...[...values.values()].flat()].forEach(refuseKeyText);
  refuseSecondStdin(
    args,
    new Map([...values, ...places.map((name, at) => [name, placed.slice(at, at + 1)] as const)]),
  );
  if (repeatsLast) values.set(places.at(-1) ?? '', [...placed.slice(places.length - 1), ...more]);
  return { values, argv: [...flags, '--', ...placed] };
}

/** Moves positional arguments that were given by name from `values` to their positions. */
function inPlace(places: string[], given: string[], values: Map<string, string[]>): string[] {
  const rest = [...given];
  const placed = places.map((name) => {
    const [value, ...more] = values.get(name) ?? [];
    if (more.length > 0) throw usageError(`--${name} was given more than once.`);
    values.delete(name);
    return value ?? rest.shift();
  });
  if (rest.length > 0) {
    // It may be a secret: the error does not repeat it.
    throw usageError(
      pluralOf(
        rest.length,
        'There is one argument too many.',
        `There are ${counted(rest.length, 'argument')} too many.`,
      ),
      {
        hint: 'Put an argument with spaces into quotes.',
      },
    );
  }
  const count = placed.findLastIndex((value) => value !== undefined) + 1;
  const missing = placed.slice(0, count).indexOf(undefined);
  if (missing !== -1)
    throw usageError(`Missing: ${places[missing]?.toUpperCase()}.`, { hint: '--help has examples.' });
  return placed.slice(0, count) as string[];
}

/** More of a key than may be shown: its prefix and its id. */
const KEY_TEXT = /^[a-z][a-z0-9]{0,11}[-_]kw1[0-9A-Za-z]{13}/;

/** The text of a key must not come into a URL or a log. The message does not repeat it. @throws CliError */
function refuseKeyText(text: string): void {
  if (!KEY_TEXT.test(text)) return;
  throw usageError('This is the text of a key, not an id or a name. Nothing was sent.', {
    hint: 'Shells keep a history: treat the key as leaked. To find its id:',
    example: 'keyward keys find < key.txt',
  });
}

const shortOf = (definition: ArgDef): { short?: string } =>
  'alias' in definition && typeof definition.alias === 'string' ? { short: definition.alias } : {};

function refusal(error: NodeJS.ErrnoException, argv: string[], known: string[]): Error {
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const flag = /'(-[^'\s=]*)/.exec(error.message)?.[1] ?? argv.find((word) => word.startsWith('-')) ?? '';
    const [near] = similar(flag.replace(/^-+/, ''), known);
    return usageError(`There is no flag ${flag}.`, {
      hint:
        near === undefined ? '--help lists all flags.' : `Did you mean --${near}? --help lists all flags.`,
    });
  }
  const flag = /'(?:-\w, )?(--[\w-]+)/.exec(error.message)?.[1] ?? 'A flag';
  return usageError(
    /does not take an argument/.test(error.message) ? `${flag} takes no value.` : `${flag} needs a value.`,
    {
      hint: 'Write a value that begins with - with =, such as --name=-x.',
    },
  );
}

/** @throws CliError that names the flag. */
export function wholeNumber(
  flag: string,
  text: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw usageError(`--${flag} must be a whole number from ${min} to ${max}.`);
}

/** @throws CliError that names the flag. */
export function decimalNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw usageError(`--${flag} must be a number such as 1.5.`);
}

/** By the first letter of the unit: `m`, `min` and `minute` are the same. */
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };
const DURATION = /^(\d*)\s*(s|second|m|min|minute|h|hour|d|day|w|week|y|year)$/;

/** A duration such as `90s`, `15m`, `12h`, `30d` or `minute`, in seconds; undefined for any other text. */
export function secondsIn(text: string): number | undefined {
  const [whole, count, unit = ''] = DURATION.exec(text) ?? [];
  const seconds = Number(count || 1) * (UNIT_SECONDS[unit.charAt(0)] ?? NaN);
  return whole !== undefined && Number.isSafeInteger(seconds) ? seconds : undefined;
}

/** As `secondsIn`, or 0. @throws CliError that names the flag, also for a number without a unit */
export function durationSeconds(flag: string, text: string): number {
  if (/^0+$/.test(text)) return 0;
  const seconds = secondsIn(text);
  if (seconds !== undefined) return seconds;
  const form = `--${flag} must be a duration such as 90s, 15m, 12h or 30d.`;
  if (!/^\d+$/.test(text)) throw usageError(form);
  throw usageError(`--${flag} needs a unit: s, m (minutes), h, d, w or y.`, { hint: form });
}

/** A time: ISO 8601, or a duration ago such as `7d`. */
export function pastTime(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^\d+[a-z]+$/.test(text))
    return new Date(Date.now() - durationSeconds(flag, text) * 1000).toISOString();
  const ms = Date.parse(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && Number.isFinite(ms)) return new Date(ms).toISOString();
  throw usageError(
    `--${flag} must be a time such as 2030-01-31 or 2030-01-31T12:00:00Z, or an age such as 7d.`,
  );
}

/** @throws CliError that names the flag, without the text. @param example a good value */
export function jsonValue(flag: string, text: string, example: string): unknown {
  const value = jsonIn(text);
  if (value !== undefined) return value;
  throw usageError(`--${flag} must be JSON.`, { example: `--${flag} '${example}'` });
}

/** Members that are not undefined. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
