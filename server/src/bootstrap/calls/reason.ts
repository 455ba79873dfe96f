/** Why a request has no answer, such as `ECONNREFUSED` or `TimeoutError`: a code of the system, else the kind of the error. */
export function reasonOf(cause: unknown): string {
  // Of an abort `code` is a number, which says nothing.
  const { code, name = 'no reason' } = cause as { code?: unknown; name?: string };
  return typeof code === 'string' && code !== '' ? code : name;
}
