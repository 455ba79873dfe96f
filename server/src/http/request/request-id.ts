import type { IncomingHttpHeaders } from 'node:http';
import { randomBase62 } from '../../base/ids.ts';
import { holdsKey } from '../../base/key-text.ts';

const PROCESS = randomBase62(6);
let requests = 0;

/** Unique and cheap: random for the process, counted within it. */
export const newRequestId = (): string => `req_${PROCESS}${(requests++).toString(36).padStart(6, '0')}`;

/**
 * In the OpenAPI document. Routes that take JSON and a form have to name it: openapi-python-client 0.29 makes a client that cannot be
 * imported of a route with two kinds of body and no optional parameter. Guarded by other-generators.slow.test.ts.
 */
export const REQUEST_ID_HEADER =
  'Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : -';

/** The caller's own id where it is one that no log or header breaks on, and no key; otherwise a new one. */
export function requestId({ headers }: { headers: IncomingHttpHeaders }): string {
  const given = headers['x-request-id'];
  if (typeof given !== 'string' || !/^[\w.:-]{1,128}$/.test(given) || holdsKey(given)) return newRequestId();
  return given;
}
