import { parseJson } from '../body.ts';

const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;

/**
 * A body as clients of the Developer API send it: JSON whatever the content type says, or form fields. Anything but
 * an object means nothing there and counts as an empty one.
 * @throws KeywardError `bad_request`
 */
export function parseLenient(bytes: Buffer, type: string): Record<string, unknown> {
  if (FORM_TYPE.test(type)) return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
  const value = parseJson(bytes, { refuseNul: true });
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
