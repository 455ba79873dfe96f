/** Clients of the OpenAI API want `/v1` in their base URL; the paths of this one begin with it. */
export function baseUrl(text: string): string {
  if (!/^https?:/i.test(text) || !URL.canParse(text))
    throw new TypeError(
      'url: must begin with http:// or https://, such as http://127.0.0.1:5390. Give the address of the server.',
    );
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '')
    throw new TypeError(
      'url: must hold no credentials and no query, such as http://127.0.0.1:5390. Give the key as apiKey.',
    );
  const path = url.pathname.replace(/\/+$/, '');
  // Below /api are the routes of the Developer API alone, unless a proxy has all of Keyward there: nobody can tell.
  if (path.endsWith('/api/v1'))
    throw new TypeError(
      `url: must end before /api/v1, such as ${url.origin}. Leave only /v1 out where a proxy has Keyward below /api.`,
    );
  return url.origin + path.replace(/\/v1$/, '');
}
