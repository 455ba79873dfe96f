import { jsonIn } from '../../base/json-text.ts';
import { fieldValues, linesOfEvent } from './event-ends.ts';
import type { JsonObject } from '../request/request-body.ts';

const TEXT_DEPTH_MAX = 12;

/** All texts except images and sound. */
function collectTexts(value: unknown, into: string[], depth: number): void {
  if (typeof value === 'string') {
    if (!/^data:[\w/+.-]+;base64,/.test(value)) into.push(value);
  } else if (Array.isArray(value)) {
    for (const item of value) if (depth < TEXT_DEPTH_MAX) collectTexts(item, into, depth + 1);
  } else if (typeof value === 'object' && value !== null && depth < TEXT_DEPTH_MAX) {
    for (const [name, item] of Object.entries(value)) {
      if (name !== 'data' && name !== 'role' && name !== 'type') collectTexts(item, into, depth + 1);
    }
  }
}

/** The text of an answer, or of its beginning, in the known APIs. */
export function answerText(body: string, isEventStream: boolean): string {
  if (!isEventStream) return textOfJson(body);
  const events = fieldValues(linesOfEvent(body), 'data').filter((data) => !data.startsWith('[DONE]'));
  return events.map(textOfJson).join('');
}

const WHOLE_MEMBERS = ['output', 'content'];

/**
 * The text in one answer or chunk of the known APIs; none in embeddings. Invalid JSON counts as text: a caller that cut an answer off
 * has read it so far. Guarded by settlement.test.ts.
 */
function textOfJson(json: string): string {
  const answer = jsonIn(json) as JsonObject | null | undefined;
  if (answer === undefined) return json;
  if (typeof answer !== 'object' || answer === null) return '';
  const texts: string[] = [];
  for (const choice of Array.isArray(answer['choices']) ? answer['choices'] : []) {
    const { text, delta, message } = (choice ?? {}) as JsonObject;
    for (const part of [text, delta, message]) collectTexts(part, texts, 0);
  }
  // The Responses and Messages APIs.
  const { type, delta } = answer;
  if (typeof type === 'string' && /\.delta$|^content_block_delta$/.test(type)) collectTexts(delta, texts, 0);
  else if (answer['choices'] === undefined && type !== 'message_start') {
    for (const member of WHOLE_MEMBERS) collectTexts(answer[member], texts, 0);
    // A transcription; an event with a type repeats its deltas.
    if (type === undefined) collectTexts(answer['text'], texts, 0);
  }
  return texts.join('');
}
