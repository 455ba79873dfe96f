/** Takes key texts out of a text. */
export type SecretNet = (text: string) => string;

const REPLACEMENT = '[secret]';

/**
 * The last net, under code that should never have passed a secret here: an audit record cannot be taken
 * back. It catches keys of this server and everything else that begins with `sk-` and is long enough to be one.
 * @param prefix what this server's keys begin with, where it is not `sk-kw1`.
 */
export function secretNet(prefix = 'sk-kw1'): SecretNet {
  const escaped = prefix.replace(/[^0-9A-Za-z]/g, '\\$&');
  const shapes = new RegExp(`${escaped}[0-9A-Za-z]{50}|sk-[0-9A-Za-z_-]{20,}`, 'g');
  return (text) => text.replace(shapes, REPLACEMENT);
}
