import type { KeywardError } from '../../base/errors.ts';
import type { RequestContext } from '../request/request-context.ts';
import { fail } from './send-error.ts';
import type { KernelServices } from '../services.ts';

/** A client that does not read its refusal is cut off after this. */
const LINGER_MS = 1_000;

/**
 * Ends a request from outside: its body is read no further, and its answer ends. An answer that has not begun becomes a
 * refusal, an event stream gets a last event, any other connection is cut. Guarded by running.test.ts.
 */
export function endAnswer(services: KernelServices, context: RequestContext, why: KeywardError): void {
  const { request, response } = context;
  // The handler may still write.
  response.on('error', () => undefined);
  const isReading = !request.complete;
  response.letGo();
  if (!response.headersSent) {
    if (isReading) context.headers['connection'] = 'close';
    fail(services, why, context);
  } else if (!response.writableEnded) {
    context.errorCode = why.code;
    const last = lastWords(context, why);
    if (last === undefined) response.destroy();
    else response.end(last);
  }
  if (isReading) stopReading(context);
}

/** After the answer is out: the connection ends with its body. */
function stopReading({ request, response }: RequestContext): void {
  if (response.destroyed || response.writableFinished) return void request.destroy();
  const timer = setTimeout(() => request.destroy(), LINGER_MS).unref();
  response.once('finish', () => {
    clearTimeout(timer);
    request.destroy();
  });
}

function lastWords(context: RequestContext, why: KeywardError): string | undefined {
  if (context.lastWords !== undefined) return context.lastWords(why);
  const { response, route } = context;
  const head = context.passed?.headers ?? response.getHeaders();
  const isEventStream = /^text\/event-stream\b/i.test(String(head['content-type'] ?? ''));
  if (!isEventStream || head['content-length'] !== undefined) return undefined;
  if (route === undefined) return undefined;
  const name = route.surface.lastEventName?.(route);
  const named = name === undefined ? '' : `event: ${name}\n`;
  // The blank line ends an event that was cut in two.
  return `\n\n${named}data: ${JSON.stringify(route.surface.lastEvent(why, route))}\n\n`;
}
