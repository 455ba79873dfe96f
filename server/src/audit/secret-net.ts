/** Replaces key texts in a text. */
export type SecretNet = (text: string) => string;

/**
 * The last check for secrets, as an audit record cannot be deleted. Replaces keys of this server, and each text that begins
 * with `sk-` and is long enough to be a key.
 * @param prefix of this server's keys.
 */
export function secretNet(prefix = 'sk-kw1'): SecretNet {
  const escaped = prefix.replace(/[^0-9A-Za-z]/g, '\\$&');
  const shapes = new RegExp(`${escaped}[0-9A-Za-z]{50}|sk-[0-9A-Za-z_-]{20,}`, 'g');
  return (text) => text.replace(shapes, '[secret]');
}
