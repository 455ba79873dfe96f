import { invalidField } from '../../base/errors.ts';
import { isObject } from '../../base/is-object.ts';
import { folded, type RequestBody } from '../request/request-members.ts';

const DEPTH_MAX = 4;

/**
 * What is stored at an upstream is under this server's credential, and a request could name what another owner has there. Only a
 * response is known to be its owner's. Guarded by openai/responses/references.test.ts.
 * @returns the id of the response that the request continues.
 * @throws KeywardError `invalid_input` naming the member
 */
export function continuedBy(body: RequestBody): string | undefined {
  const { previous_response_id: previous, conversation, input, tools } = body;
  if ((conversation ?? undefined) !== undefined)
    throw invalidField('conversation', 'must be left out: Keyward has no conversations', CONTINUE);
  refuseOwnIds(body);
  refuseItems(input);
  refuseContainers(tools, 'tools', 0);
  if (previous === undefined || previous === null) return undefined;
  if (typeof previous === 'string' && previous !== '') return previous;
  throw invalidField('previous_response_id', 'must be the id of a response, such as resp_67ccd2bed1ec8190');
}

const CONTINUE = 'Send the conversation in input, or the id of the last response as previous_response_id.';

/** Some servers let the request choose the id of its response, which could be that of another. */
function refuseOwnIds(body: object): void {
  for (const name in body)
    if (OWN_IDS.has(folded(name)))
      throw invalidField(
        name,
        'must be left out: the upstream gives each response its id',
        'Use metadata instead.',
      );
}

const OWN_IDS = new Set(['id', 'requestid', 'responseid']);

/** An item without a type is a message, or a reference to an item. */
function refuseItems(input: unknown): void {
  if (!Array.isArray(input)) return;
  for (const [at, item] of input.entries()) {
    if (!isObject(item)) continue;
    const { type, role, id } = item;
    const isReference = folded(String(type)) === 'itemreference';
    if (isReference || ((type ?? undefined) === undefined && id !== undefined && role === undefined))
      throw invalidField(
        `input[${at}]`,
        'must be the item itself: Keyward does not know whose item is at the upstream',
        'Send the item as the response had it, or previous_response_id. The AI SDK sends items whole with store: false.',
      );
  }
}

/** A container has the files of those who used it. */
function refuseContainers(value: unknown, field: string, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return;
  for (const [name, inner] of Object.entries(value as Record<string, unknown>)) {
    const path = Array.isArray(value) ? `${field}[${name}]` : `${field}.${name}`;
    if (typeof inner === 'string' && CONTAINERS.has(folded(name)) && !Array.isArray(value))
      throw invalidField(
        path,
        'must not name a container: Keyward does not know whose it is',
        'Let the upstream make one: {"type": "auto"}.',
      );
    if (folded(name) !== 'parameters') refuseContainers(inner, path, depth + 1);
  }
}

const CONTAINERS = new Set(['container', 'containerid']);
