import { isBound, type Caller } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';

/**
 * What is about all workspaces at once is for keys that cover them all: the audit record names them, and who says where models
 * are has every chat sent there. Guarded by refused-callers.test.ts.
 * @throws KeywardError `forbidden_resource`
 */
export function refuseBound(caller: Caller): void {
  if (!isBound(caller)) return;
  throw new KeywardError('forbidden_resource', 'The key is bound to workspaces; this is about all of them.');
}
