import { invalidField } from '../base/errors.ts';
import { withoutTrailing } from '../base/trailing.ts';

/** A secret in a KV engine. The mount and the path stay apart: `data/` stands between them on the wire. */
export interface SecretPath {
  /** Such as `kv`, or `team/kv`. */
  mount: string;
  /** Such as `tribuence/v2/anythingllm`. */
  path: string;
}

const PART = /^[^/\p{C}\s?#%\\]+$/u;
const PATH_MAX_CHARACTERS = 500;

/**
 * The parts of a path, encoded for a URL.
 * @param field names it in the error. @throws KeywardError `invalid_input`
 */
export function encodedPath(text: string, field: string): string {
  const parts = withoutTrailing(text, '/').split('/');
  const isGood = (part: string): boolean => PART.test(part) && part !== '.' && part !== '..';
  if (text.length > PATH_MAX_CHARACTERS || !parts.every(isGood))
    throw invalidField(
      field,
      'must be names with a slash between them, such as team/app',
      'Leave out the leading slash, empty parts, "." and "..".',
    );
  return parts.map(encodeURIComponent).join('/');
}

/** As people write it: `kv/data/app` for the path `app` in the mount `kv`. */
export const shownPath = ({ mount, path }: SecretPath): string => `${mount}/data/${path}`;
