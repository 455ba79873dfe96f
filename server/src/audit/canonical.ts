const DEPTH_MAX = 32;

/**
 * The canonical text of a JSON value: members sorted by UTF-16 code units, no spaces, without undefined members. Offline
 * verification needs `canonical(JSON.parse(canonical(value))) === canonical(value)`.
 * @param text replaces each string and member name.
 * @throws TypeError for a value that is not plain JSON, and for more than 32 levels.
 */
export function canonical(
  value: unknown,
  text: (value: string) => string = (value) => value,
  depth = 0,
): string {
  if (depth > DEPTH_MAX) throw new TypeError(`An audit detail is nested deeper than ${DEPTH_MAX} levels`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(text(value));
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, text, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || 'toJSON' in value)
    throw new TypeError('An audit detail is not plain JSON');
  const members: [name: string, member: unknown][] = [];
  for (const [name, member] of Object.entries(value))
    if (member !== undefined) members.push([text(name), member]);
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  let parts = '';
  for (const [name, member] of members)
    parts += `${parts === '' ? '' : ','}${JSON.stringify(name)}:${canonical(member, text, depth + 1)}`;
  return `{${parts}}`;
}
