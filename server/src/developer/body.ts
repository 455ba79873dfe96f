import { KeywardError } from '../base/errors.ts';
import { isObject } from '../base/is-object.ts';
import { JSON_TYPE, parseJson, receive, tooMany, type RequestContext } from '../http/index.ts';
import type { Route } from './services.ts';

const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;

/** A field takes a hundred times the memory of its text. */
const FIELDS_MAX = 10_000;

function fieldsOf(text: string): URLSearchParams {
  let fields = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1))
    if (++fields > FIELDS_MAX) throw tooMany(`more than ${FIELDS_MAX} fields`);
  return new URLSearchParams(text);
}

/**
 * A body as clients of the Developer API send it: JSON under any content type, or form fields. A value that is not an object
 * counts as an empty object.
 * @throws KeywardError `bad_request`, `too_large`
 */
export function parseLenient(bytes: Buffer, type: string): Record<string, unknown> {
  if (FORM_TYPE.test(type)) return Object.fromEntries(fieldsOf(bytes.toString('utf8')));
  const value = parseJson(bytes, { refuseNul: true });
  return isObject(value) ? value : {};
}

const REFUSED_MAX_BYTES = 64 * 1024;

/**
 * Clients of the Developer API expect the body to be read before the key is checked: invalid JSON is reported even where the
 * caller is refused. A body of more than `REFUSED_MAX_BYTES` is not read for that.
 */
export function refuseAfterBody(
  context: RequestContext,
  declared: Route,
  { error: refusal, done }: { error: Error; done: (error: Error) => void },
): void {
  const isJson = JSON_TYPE.test(context.request.headers['content-type'] ?? '');
  if (declared.bodyKind !== 'lenient' || !isJson) return done(refusal);
  receive(context, { ...declared, bodyMaxBytes: REFUSED_MAX_BYTES }, (error) =>
    done(error instanceof KeywardError && error.code === 'bad_request' ? error : refusal),
  );
}
