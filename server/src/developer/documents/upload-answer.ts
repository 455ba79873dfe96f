import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Static } from 'typebox';
import type { Answer } from '../../http/index.ts';
import { json } from '../answers.ts';
import type { BroughtDocuments } from './document-shapes.ts';
import { streamed } from '../streaming.ts';

type Body = Static<typeof BroughtDocuments>;

/** In UTF-16 units: about a millisecond to write. */
const PIECE_LENGTH = 128 * 1024;

/** Documents that were brought, with their texts; long ones are written in pieces, so that they hold up nobody. */
export function broughtAnswer(body: Body): Answer | Promise<Answer> {
  const length = body.documents.reduce((sum, { pageContent }) => sum + pageContent.length, 0);
  return length <= PIECE_LENGTH ? json(body) : streamed('application/json; charset=utf-8', piecesOf(body));
}

const NO_TEXT = '"pageContent":""';

/** The texts in their places between the rest. What is quoted in a JSON string never looks like such a place. */
async function* piecesOf(body: Body): AsyncGenerator<string> {
  const documents = body.documents.map((document) => ({ ...document, pageContent: '' }));
  const [head = '', ...rest] = JSON.stringify({ ...body, documents }).split(NO_TEXT);
  yield head;
  for (const [at, { pageContent }] of body.documents.entries()) {
    yield '"pageContent":"';
    for (let start = 0; start < pageContent.length; start += PIECE_LENGTH) {
      // A pair of surrogates that is cut in two here is written as two escapes, which mean the pair.
      yield JSON.stringify(pageContent.slice(start, start + PIECE_LENGTH)).slice(1, -1);
      await nextTurn();
    }
    yield `"${rest[at] ?? ''}`;
  }
}
