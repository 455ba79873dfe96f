import type { CustomFetch } from 'openid-client';
import type { Agent } from 'undici';
import { collected } from '../../base/collected.ts';
import { VERSION } from '../../base/version.ts';

/** Documents of providers have a few KiB. */
const ANSWER_MAX_BYTES = 1024 * 1024;

/** The provider cannot be reached, does not answer, or says that it has failed. */
export class UnreachableProvider extends Error {}

/** `fetch` over the guarded connections (base/outbound). It follows no redirects. */
export const fetchOver =
  (connections: Agent): CustomFetch =>
  async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    const answer = await connections
      .request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: method === 'POST' ? 'POST' : 'GET',
        headers: { ...headers, 'user-agent': `Keyward/${VERSION}`, 'accept-encoding': 'identity' },
        // Only requests to the token endpoint have one, and it is a form.
        ...(body instanceof URLSearchParams ? { body: body.toString() } : {}),
        ...(signal === undefined ? {} : { signal }),
      })
      .catch((cause: unknown) => {
        throw new UnreachableProvider(reasonOf(cause), { cause });
      });
    const tooLong = (): Error => new UnreachableProvider('its answer is too long');
    const bytes = await collected(answer.body, ANSWER_MAX_BYTES, tooLong).catch((cause: unknown) => {
      throw cause instanceof UnreachableProvider
        ? cause
        : new UnreachableProvider(reasonOf(cause), { cause });
    });
    const { statusCode } = answer;
    if (statusCode < 200 || statusCode >= 500) throw new UnreachableProvider(`it answers ${statusCode}`);
    return new Response(bytes.length === 0 ? null : new Uint8Array(bytes), {
      status: statusCode,
      headers: { 'content-type': String(answer.headers['content-type'] ?? '') },
    });
  };

/** A code, without addresses and texts of others. */
function reasonOf(cause: unknown): string {
  const { name, code } = cause as { name?: string; code?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') return 'it does not answer in time';
  return typeof code === 'string' ? code : 'the connection failed';
}
