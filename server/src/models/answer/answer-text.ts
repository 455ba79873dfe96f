import { fieldValues, linesOfEvent } from './event-ends.ts';
import type { JsonObject } from '../request/request-body.ts';

const TEXT_DEPTH_MAX = 12;

/** Texts wherever they stand; not images and sounds, which are no text tokens. */
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

/** What an answer says, in the known APIs; the whole of it or its beginning. */
export function answerText(body: string, isEventStream: boolean): string {
  return isEventStream ? textOfEvents(body) : textOfJson(body);
}

function textOfEvents(body: string): string {
  return fieldValues(linesOfEvent(body), 'data')
    .filter((data) => !data.startsWith('[DONE]'))
    .map(textOfJson)
    .join('');
}

const WHOLE_MEMBERS = ['output', 'content'];

/**
 * The produced text in one answer or chunk of the known APIs; nothing in embeddings. What is no JSON counts as it is: an
 * answer that its caller cut off before the end was read by then. Guarded by settlement.test.ts.
 */
function textOfJson(json: string): string {
  let answer: JsonObject;
  try {
    answer = JSON.parse(json) as JsonObject;
  } catch {
    return json;
  }
  if (typeof answer !== 'object' || answer === null) return '';
  const texts: string[] = [];
  for (const choice of asArray(answer['choices'])) {
    const { text, delta, message } = (choice ?? {}) as JsonObject;
    for (const part of [text, delta, message]) collectTexts(part, texts, 0);
  }
  // The Responses and Messages APIs.
  const { type, delta } = answer;
  if (typeof type === 'string' && /\.delta$|^content_block_delta$/.test(type)) collectTexts(delta, texts, 0);
  else if (answer['choices'] === undefined && type !== 'message_start') {
    for (const member of WHOLE_MEMBERS) collectTexts(answer[member], texts, 0);
    // Of a transcription; an event that has a type repeats what its deltas said.
    if (type === undefined) collectTexts(answer['text'], texts, 0);
  }
  return texts.join('');
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
