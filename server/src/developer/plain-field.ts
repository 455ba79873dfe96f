/** Text of a field, empty where it is none or could not be looked for: no database of ours keeps U+0000. */
export function plainField(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' && !value.includes('\0') ? value : '';
}
