import { isObject } from '../../base/is-object.ts';
import { asSeen } from './control-characters.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const twoDigits = (count: number): string => String(count).padStart(2, '0');

/** Such as `2027-01-31 09:00`, in the zone of TZ. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  const day = [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join('-');
  return `${day} ${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
}

/** A value as a person reads it: no JSON, times in the local zone. */
export function cell(value: unknown): string {
  const text = textOf(value);
  return text === '' ? '–' : asSeen(text);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    const separator = value.some(isObject) ? '; ' : ', ';
    return value.map(textOf).filter(isText).join(separator);
  }
  if (isObject(value)) return objectText(value);
  if (typeof value !== 'string') return JSON.stringify(value) ?? '';
  return TIME.test(value) ? localTime(value) : value;
}

const isText = (text: string): boolean => text !== '';

function objectText(value: Record<string, unknown>): string {
  return namedText(value) ?? boundText(value) ?? memberTexts(value).join(', ');
}

const memberTexts = (value: Record<string, unknown>): string[] =>
  Object.entries(value)
    .map(([name, member]) => [name.replaceAll('_', ' '), textOf(member)] as const)
    .filter(([, text]) => isText(text))
    .map(([name, text]) => `${name} ${text}`);

/** The name of a thing with its id, such as `Ada (own_7hG3kLmNoP56)`. */
function namedText({ id, name, kind: _kind, ...rest }: Record<string, unknown>): string | undefined {
  const isNamed = typeof id === 'string' && typeof name === 'string' && Object.keys(rest).length === 0;
  return isNamed ? `${name} (${id})` : undefined;
}

const WINDOWS: Record<number, string> = { 60: 'minute', 3600: 'h', 86_400: 'd' };
const JOB_LIMITS = { concurrent: 'concurrent', max_running: 'running', max_queued: 'queued' } as const;

/** A limit in the form of --limit, and a budget in that of --budget with its use. */
function boundText({
  name,
  unit,
  amount,
  period,
  used,
  ...limit
}: Record<string, unknown>): string | undefined {
  if (typeof name !== 'string') return undefined;
  if (typeof amount === 'string' && typeof unit === 'string') {
    const use = typeof used === 'string' ? `${used} of ` : '';
    return `${name}: ${use}${amount} ${unit}/${textOf(period)}`;
  }
  const { requests, window_seconds: seconds } = limit;
  if (typeof requests === 'number' && typeof seconds === 'number')
    return `${name}: ${requests}/${WINDOWS[seconds] ?? `${seconds}s`}`;
  for (const [member, word] of Object.entries(JOB_LIMITS))
    if (typeof limit[member] === 'number') return `${name}: ${limit[member]}/${word}`;
  return undefined;
}

/** The members of a result line by line; those of an object in it are indented. */
export function membersText(value: unknown): string {
  if (!isObject(value)) return cell(value);
  return linesOf(value, (name, member, width) =>
    isObject(member) && isBlock(member)
      ? `${name}\n${linesOf(withoutEmpty(member), plainLine).replaceAll(/^/gm, '  ')}`
      : plainLine(name, member, width),
  );
}

type Line = (name: string, member: unknown, width: number) => string;

function linesOf(value: Record<string, unknown>, line: Line): string {
  const width = Math.max(0, ...Object.keys(value).map((name) => name.length));
  return Object.entries(value)
    .map(([name, member]) => line(name, member, width).trimEnd())
    .join('\n');
}

const plainLine: Line = (name, member, width) => `${name.padEnd(width)}  ${cell(member)}`;

const isBlock = (value: Record<string, unknown>): boolean =>
  Object.keys(value).length > 1 && namedText(value) === undefined && textOf(value) !== '';

const withoutEmpty = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => textOf(member) !== ''));
