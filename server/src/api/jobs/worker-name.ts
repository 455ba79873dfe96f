import { Type } from 'typebox';
import type { Caller } from '../../access/index.ts';
import { invalidField } from '../../base/errors.ts';

const MINER_ID = 'x-miner-id';
/** Of a name; ids of workers have it too. */
export const WORKER_NAME = '^[0-9A-Za-z][0-9A-Za-z._:@-]{0,99}$';
/** Where a name would not do: it is unique under an owner only. */
export const workerId = Type.Object({
  id: Type.String({
    pattern: '^wrk_[0-9A-Za-z]{12}$',
    description: 'an id such as wrk_4fT9aBcDeF12: that of the worker',
  }),
});
const NAME_FORM = new RegExp(WORKER_NAME);

/** Tells two programs under one name apart. */
const PROCESS = 'x-miner-process';
const PROCESS_FORM = /^[0-9A-Za-z-]{1,64}$/;

export const processHeader = {
  [PROCESS]:
    'A word that this program chose at random when it started, of letters, digits and "-". Tells when two report under one name',
};

/** @throws KeywardError `invalid_input` */
export function processOf(headers: Record<string, unknown>): string | undefined {
  const word = headers[PROCESS];
  if (word === undefined || (typeof word === 'string' && PROCESS_FORM.test(word))) return word;
  throw invalidField('X-Miner-Process', 'must have 1 to 64 letters, digits and "-"');
}

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

/**
 * A name that looks like an id would stand for the worker of somebody else, which jobs name by its id.
 * @throws KeywardError `invalid_input`
 */
export function newNameOf(headers: Record<string, unknown>, caller: Caller): string {
  const name = nameOf(headers, caller);
  if (!name.startsWith('wrk_')) return name;
  throw invalidField(
    'X-Miner-ID',
    'must not begin with wrk_, as ids of workers do',
    'Send the name that the worker registered with, such as cellar.',
  );
}
