import { KeywardError } from '../base/errors.ts';
import { JSON_TYPE, receive } from '../http/index.ts';
import type { Course } from '../http/index.ts';
import type { Route } from '../http/index.ts';

/** As much of a stranger's body is looked at. */
const STRANGERS_MAX_BYTES = 64 * 1024;

/**
 * Clients of the Developer API know that a body is read before the key is looked at: JSON that cannot be read is told so also
 * to whoever is refused. A larger body is not read for that.
 */
export function refuseAfterBody(
  course: Course,
  declared: Route,
  { error: refusal, done }: { error: Error; done: (error: Error) => void },
): void {
  const isJson = JSON_TYPE.test(course.request.headers['content-type'] ?? '');
  if (declared.bodyKind !== 'lenient' || !isJson) return done(refusal);
  receive(course, { ...declared, bodyMaxBytes: STRANGERS_MAX_BYTES }, (error) =>
    done(error instanceof KeywardError && error.code === 'bad_request' ? error : refusal),
  );
}
