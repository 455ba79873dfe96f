import type { Caller } from '../../access/index.ts';
import { invalidField } from '../../base/errors.ts';

const MINER_ID = 'x-miner-id';
/** Of a name; ids of workers have it too. */
export const WORKER_NAME = '^[0-9A-Za-z][0-9A-Za-z._:@-]{0,99}$';
const NAME_FORM = new RegExp(WORKER_NAME);

export const minerHeader = {
  [MINER_ID]: 'Name of the worker under its owner. Default: the id of the key, as each machine has its own',
};

/** The worker that a request is about. @throws KeywardError `invalid_input` */
export function nameOf(headers: Record<string, unknown>, { keyId }: Caller): string {
  const name = headers[MINER_ID];
  if (name === undefined) return keyId;
  if (typeof name === 'string' && NAME_FORM.test(name)) return name;
  throw invalidField('X-Miner-ID', 'must have 1 to 100 letters, digits, ".", "_", ":", "@" and "-"');
}
