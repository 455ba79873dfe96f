import { jsonIn } from '../../base/json-text.ts';
import { isObject } from '../../base/is-object.ts';

const DEPTH_MAX = 6;

/** Only pieces of an answer that match are parsed. Most answers have a `"message":{` and a `"default"`, which do not. */
export const SUSPICIOUS =
  /rror|xception|fail|(?<!de)fault|denied|"(?:detail|message|msg|reason|description|cause)"\s*:\s*["[]/i;

/** Members that explain a failure. */
const SAYING = new Set(['detail', 'message', 'msg', 'reason', 'description', 'cause']);
const BLAMING = /error|exception|failure|^fault/i;

export const parsed = (text: string): unknown => jsonIn(text.replace(/^\ufeff/, ''));

/** Whether a chunk or an answer reports a failure; `error: null` does not. */
export function reportsFailure(value: unknown): boolean {
  if (!isObject(value)) return true;
  const { choices, type, object, status } = value;
  if (
    object === 'error' ||
    [type, status].some((word) => typeof word === 'string' && /error|fail/i.test(word))
  )
    return true;
  const said = Object.entries(value).some(
    ([name, text]) => typeof text === 'string' && SAYING.has(name.toLowerCase()),
  );
  return (said && choices === undefined) || holdsError(value, 0);
}

function holdsError(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === DEPTH_MAX) return false;
  return Object.entries(value).some(
    ([name, member]) =>
      (BLAMING.test(name) && isSomething(member)) ||
      (typeof member === 'object' && holdsError(member, depth + 1)),
  );
}

const isSomething = (value: unknown): boolean =>
  value !== null &&
  value !== false &&
  value !== '' &&
  value !== 0 &&
  !(Array.isArray(value) && value.length === 0);
