import { invalidField } from '../../base/errors.ts';
import { isObject } from '../../base/is-object.ts';
import { WRAPPERS } from '../request/hidden-members.ts';
import { folded, memberMeant, type RequestBody } from '../request/request-members.ts';
import { isId } from './stored-ids.ts';

const DEPTH_MAX = 4;
const REFERENCES_MAX = 1_000;

/** The id of something that is stored at an upstream, and where the request names it. */
export interface Reference {
  id: string;
  field: string;
}

/**
 * What is stored at an upstream is under this server's credential, and a request could name what another owner has there. Only of
 * responses and their items it is known whose they are. Guarded by openai/responses/stored-responses.test.ts.
 * @returns those that the request refers to.
 * @throws KeywardError `invalid_input` naming the member
 */
export function referencesIn(body: RequestBody): Reference[] {
  const { previous_response_id: previous, conversation, input, tools } = body;
  if ((conversation ?? undefined) !== undefined)
    throw invalidField('conversation', 'must be left out: Keyward has no conversations', CONTINUE);
  refuseOwnIds(body);
  for (const [name, inner] of Object.entries(body))
    if (WRAPPERS.has(folded(name))) refuseWrapped(inner, name, 0);
  refuseContainers(tools, 'tools', 0);
  const items = Array.isArray(input) ? input.flatMap(referenceOf) : [];
  if (items.length > REFERENCES_MAX)
    throw invalidField('input', `must refer to at most ${REFERENCES_MAX} stored items`);
  if (previous === undefined || previous === null) return items;
  const field = 'previous_response_id';
  if (!isId(previous))
    throw invalidField(field, 'must be the id of a response, such as resp_67ccd2bed1ec8190');
  return [{ id: previous, field }, ...items];
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

/** Servers that read members of a wrapper as those of the body would find a reference there. */
function refuseWrapped(value: unknown, field: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > WRAPPED_DEPTH_MAX) throw invalidField(field, 'must not be nested so deeply', 'Leave it out.');
  for (const [name, inner] of Object.entries(value)) {
    if (REFERRING.has(memberMeant(name)))
      throw invalidField(`${field}.${name}`, 'must stand in the body itself', 'Leave the wrapper out.');
    refuseWrapped(inner, field, depth + 1);
  }
}

const WRAPPED_DEPTH_MAX = 20;
const REFERRING: ReadonlySet<string | undefined> = new Set(['previous_response_id', 'conversation', 'input']);

/** An item that the upstream completes from what it stores: a reference, and reasoning that is hidden from callers. */
function referenceOf(item: unknown, at: number): Reference[] {
  if (!isObject(item)) return [];
  const { type, role, id } = item;
  const kind = typeof type === 'string' ? folded(type) : '';
  const isBare = kind === '' && role === undefined && id !== undefined;
  const isHidden = kind === 'reasoning' && !isFilled(item['encrypted_content']) && !isFilled(item['content']);
  if (kind !== 'itemreference' && !isBare && !(isHidden && isFilled(id))) return [];
  const field = `input[${at}].id`;
  if (!isId(id))
    throw invalidField(field, 'must be the id of a stored item, such as msg_67ccd2bf17f0819081ff');
  return [{ id, field }];
}

const isFilled = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

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
