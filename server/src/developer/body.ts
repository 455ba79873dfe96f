import { KeywardError } from '../base/errors.ts';
import { isObject } from '../base/is-object.ts';
import { JSON_TYPE, parseJson, receive, tooMany, type RequestContext } from '../http/index.ts';
import type { Route } from './services.ts';

const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;

/** A field takes a hundred times its text in memory. */
const FIELDS_MAX = 10_000;

function fieldsOf(text: string): URLSearchParams {
  let fields = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1))
    if (++fields > FIELDS_MAX) throw tooMany(`more than ${FIELDS_MAX} fields`);
  return new URLSearchParams(text);
}

/**
 * A body as clients of the Developer API send it: JSON whatever the content type says, or form fields. Anything but
 * an object means nothing there and counts as an empty one.
 * @throws KeywardError `bad_request`, `too_large`
 */
export function parseLenient(bytes: Buffer, type: string): Record<string, unknown> {
  if (FORM_TYPE.test(type)) return Object.fromEntries(fieldsOf(bytes.toString('utf8')));
  const value = parseJson(bytes, { refuseNul: true });
  return isObject(value) ? value : {};
}

/** As much of a stranger's body is looked at. */
const STRANGERS_MAX_BYTES = 64 * 1024;

/**
 * Clients of the Developer API know that a body is read before the key is looked at: JSON that cannot be read is told so also
 * to whoever is refused. A larger body is not read for that.
 */
export function refuseAfterBody(
  context: RequestContext,
  declared: Route,
  { error: refusal, done }: { error: Error; done: (error: Error) => void },
): void {
  const isJson = JSON_TYPE.test(context.request.headers['content-type'] ?? '');
  if (declared.bodyKind !== 'lenient' || !isJson) return done(refusal);
  receive(context, { ...declared, bodyMaxBytes: STRANGERS_MAX_BYTES }, (error) =>
    done(error instanceof KeywardError && error.code === 'bad_request' ? error : refusal),
  );
}
