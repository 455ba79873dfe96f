import { invalidField } from '../../base/errors.ts';
import { isPlatformHost } from '../../base/outbound/addresses.ts';
import { withoutTrailing } from '../../base/trailing.ts';

const URL_MAX_CHARACTERS = 2_000;

/**
 * A base URL without a slash at the end, as it is stored. WHATWG parsing normalizes decimal, octal, hexadecimal and short forms of
 * IPv4 before the check.
 * @throws KeywardError `invalid_input` for `base_url`.
 */
export function checkBaseUrl(text: string): string {
  const refuse = (message: string) => invalidField('base_url', message, 'Example: https://api.openai.com/v1');
  if (text.length > URL_MAX_CHARACTERS) throw refuse(`must have at most ${URL_MAX_CHARACTERS} characters`);
  const url = URL.parse(text);
  if (url === null) throw refuse('must be a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('must begin with http:// or https://, such as https://api.openai.com/v1');
  if (url.username !== '' || url.password !== '')
    throw refuse('must not contain credentials: put the key into api_key');
  if (/[?#]/.test(text)) throw refuse('must not contain a query or a fragment');
  if (isPlatformHost(url.hostname)) throw refuse('must not be a link-local or cloud metadata address');
  return `${url.origin}${withoutTrailing(url.pathname, '/')}`;
}
