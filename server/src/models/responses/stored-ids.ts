import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { fieldValues, firstEventEnd, linesOfEvent } from '../answer/event-ends.ts';

/** What the upstream stores of a response: the response itself, and the items of its output. */
export interface StoredIds {
  responseId: string;
  itemIds: readonly string[];
}

const ITEMS_MAX = 1_000;
/** Servers write it first. */
const ID_FIRST = /^\s*\{\s*"id"\s*:\s*"([\x21\x23-\x5b\x5d-\x7e]{1,200})"\s*,/;
const HEAD_BYTES = 1_024;
const ID = /^[\x21-\x7e]{1,200}$/;
/** Only events that have a whole response are read. Within a text the quotes are escaped. */
const MARK = '"response"';

/** An id of the form that is written down. */
export const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

function idsOf(response: unknown): StoredIds | undefined {
  if (!isObject(response) || !isId(response['id'])) return undefined;
  const { id: responseId, output } = response;
  const items: unknown[] = Array.isArray(output) ? output.slice(0, ITEMS_MAX) : [];
  const itemIds = items.flatMap((item) => (isObject(item) && isId(item['id']) ? [item['id']] : []));
  return { responseId, itemIds };
}

/** Of an answer that is too long to be held. */
export function idsInHead(bytes: Buffer): StoredIds | undefined {
  const responseId = ID_FIRST.exec(bytes.toString('latin1', 0, HEAD_BYTES))?.[1];
  return responseId === undefined ? undefined : { responseId, itemIds: [] };
}

export const idsInWhole = (bytes: Buffer): StoredIds | undefined => idsOf(jsonIn(bytes.toString()));

/** @param bytes whole events of one response. */
export function idsInEvents(bytes: Buffer): StoredIds | undefined {
  if (!bytes.includes(MARK)) return undefined;
  let last: StoredIds | undefined;
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = at + firstEventEnd(bytes.subarray(at));
    const event = bytes.subarray(at, end);
    if (!event.includes(MARK)) continue;
    const data: unknown = jsonIn(fieldValues(linesOfEvent(event.toString()), 'data').join('\n'));
    last = (isObject(data) ? idsOf(data['response']) : undefined) ?? last;
  }
  return last;
}
