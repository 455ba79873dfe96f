import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { fieldValues, linesOfEvent } from '../answer/event-ends.ts';

/** Servers write it first. The head of an answer is enough then, which may have pictures of many megabytes. */
const ID_FIRST = /^\s*\{\s*"id"\s*:\s*"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,200})"\s*,/;
const HEAD_BYTES = 1_024;
const ID = /^[\x21-\x7e]{1,200}$/;

const idOf = (value: unknown): string | undefined =>
  isObject(value) && typeof value['id'] === 'string' && ID.test(value['id']) ? value['id'] : undefined;

/** The id at the beginning of an answer in JSON. */
export const idInHead = (bytes: Buffer): string | undefined =>
  idOf({ id: ID_FIRST.exec(bytes.toString('latin1', 0, HEAD_BYTES))?.[1] });

/** The id of a whole answer. */
export const idInWhole = (bytes: Buffer): string | undefined => idOf(jsonIn(bytes.toString()));

/** The id of the response that an event of a stream is about, such as `response.created`. */
export function idInEvent(bytes: Buffer): string | undefined {
  const event: unknown = jsonIn(fieldValues(linesOfEvent(bytes.toString()), 'data').join('\n'));
  return isObject(event) ? idOf(event['response']) : undefined;
}
