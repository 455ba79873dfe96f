/** Names of members with secrets, without `-` and `_`, in lower case. */
const SECRET_NAMES = new Set(
  `authorization proxyauthorization xapikey xauthtoken cookie setcookie secret clientsecret key apikey masterkey
  privatekey token accesstoken refreshtoken leasetoken password passphrase`.split(/\s+/),
);

const SECRET = '[secret]';
const DEPTH_MAX = 8;
const ITEMS_MAX = 100;

/** A copy for the log without secrets; errors as plain objects. */
export function scrub(value: unknown): unknown {
  return copy(value, []);
}

function copy(value: unknown, above: readonly object[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[itself]';
  if (above.length >= DEPTH_MAX) return '[deeper]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const inside = [...above, value];
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => copy(item, inside));
  if (value instanceof Error) return members(errorMembers(value), inside);
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), inside);
  return members(Object.entries(value), inside);
}

function errorMembers(error: Error): [string, unknown][] {
  const { message, stack, cause } = error;
  return [
    ['type', error.constructor.name],
    ['message', message],
    ['stack', stack],
    ...(cause === undefined ? [] : [['cause', cause] as [string, unknown]]),
    ...Object.entries(error),
  ];
}

function members(entries: [string, unknown][], above: readonly object[]): Record<string, unknown> {
  return Object.fromEntries(
    entries
      .slice(0, ITEMS_MAX)
      .map(([name, value]) => [name, isSecret(name) && value !== null ? SECRET : copy(value, above)]),
  );
}

const isSecret = (name: string): boolean => SECRET_NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

/** The last check, on a whole line: texts of keys, bearer credentials, passwords in URLs. Linear time. */
export function scrubText(text: string): string {
  return text
    .replaceAll(/kw1[0-9A-Za-z]{20,}|\bsk-[0-9A-Za-z_-]{20,}/g, SECRET)
    .replaceAll(/\b(bearer) +[^\s"\\]+/gi, `$1 ${SECRET}`)
    .replaceAll(/(:\/\/[^\s:@/"\\]{0,200}:)[^\s/"\\]{1,500}@/g, `$1${SECRET}@`);
}
