import type { HttpCall } from '../calls/call-spec.ts';
import type { HttpVerbs } from './http-minter-spec.ts';

type Headers = Record<string, string>;

/**
 * The methods as the schema says them, which a spec in code may leave out, and the headers of each request. `verify` has no
 * credential of the administrator: with it, every key would be good. `login` has no token yet.
 */
export function withDefaults(spec: HttpVerbs): HttpVerbs {
  const { login, verify, find, mint, revoke, used, parent, basic } = spec;
  const all = {
    ...(basic === undefined ? {} : { authorization: 'Basic {basic}' }),
    ...lowerCase(spec.headers),
  };
  const without = (pattern: RegExp): Headers =>
    Object.fromEntries(Object.entries(all).filter(([, value]) => !pattern.test(value)));
  const as = <C extends HttpCall>(method: HttpCall['method'], call: C, headers: Headers = all): C => ({
    method,
    ...call,
    headers: { ...headers, ...lowerCase(call.headers) },
  });
  return {
    ...spec,
    ...(login && { login: as('POST', login, without(/\{token\}/)) }),
    ...(parent && { parent: { ...parent, find: as('GET', parent.find), create: as('POST', parent.create) } }),
    ...(verify && { verify: as('GET', verify, without(/\{\w+\}/)) }),
    ...(find && { find: as('GET', find) }),
    ...(mint && { mint: as('POST', mint) }),
    ...(revoke && { revoke: as('DELETE', revoke) }),
    ...(used && { used: as('GET', used) }),
  };
}

/** Names as HTTP compares them: one of a request replaces that of all requests, however each is written. */
const lowerCase = (headers: Headers = {}): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
