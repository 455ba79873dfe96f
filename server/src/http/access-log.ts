import { isOfKey } from '../access/index.ts';
import type { Logger } from '../base/logger.ts';
import type { RequestContext } from './request/request-context.ts';

/** What a request became. */
interface Outcome {
  status: number;
  seconds: number;
}

/**
 * A line for each request (`KEYWARD_ACCESS_LOG`), whatever the level of the log is. It names the route as declared, not the path: ids
 * and codes of invites stand in paths, and queries can hold anything. Guarded by access-log.test.ts.
 */
export class AccessLog {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger.child({}, { level: 'info' });
  }

  note(context: RequestContext, { status, seconds }: Outcome): void {
    const { request, route, id, ip, caller, errorCode } = context;
    this.#logger.info(
      {
        method: request.method,
        route: route?.path ?? 'none',
        status,
        ms: Math.round(seconds * 1_000_000) / 1_000,
        ip,
        key_id: caller !== undefined && isOfKey(caller) ? caller.keyId : null,
        ...(errorCode === undefined ? {} : { code: errorCode }),
        request_id: id,
      },
      'request',
    );
  }
}
