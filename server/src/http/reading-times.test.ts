import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { linesOf } from '../base/lines.ts';
import { scrubText } from '../base/scrub.ts';
import { withoutKeys } from '../base/key-text.ts';
import { readAttachments, readDocuments } from '../chat/attachments.ts';
import { EventReader } from '../chat/event-stream.ts';
import { folderName } from '../documents/names.ts';
import { normalised } from '../agents/swarms/reducers.ts';
import { parseAmount } from '../usage/amounts.ts';
import { checkForm, checkMembers, type RequestBody } from '../models/index.ts';
import { checkBaseUrl } from '../models/upstreams/base-url.ts';
import { Meter, UsageStripper } from '../models/answer/meter.ts';
import { rewriteBody } from '../models/request/request-body.ts';
import { wordsOf } from '../retrieval/index/words.ts';
import { expandPrompt } from '../workspaces/prompt.ts';
import { parseJson } from '../base/forms/json-body.ts';
import { refuseRepeatedNames } from '../base/forms/repeated-names.ts';
import { decoder } from './decoding.ts';
import { parseLenient } from '../developer/body.ts';
import { OpenaiQuestion, readOpenaiOptions } from '../developer/chat/openai-chat.ts';
import { plainUrl } from '../developer/paths.ts';
import { readForm } from './body/form.ts';
import { forwardedPrefix } from './request/proxy-headers.ts';
import { row, slowUnits } from './reading-times.fixture.ts';

const readQuestion = decoder(OpenaiQuestion);

/** Rows of each are what makes a careless reader begin anew at every sign. */
const UNITS = [
  ' ',
  '\t ',
  '\\',
  '"',
  '\\"',
  '/',
  ':',
  ';',
  ',',
  '.',
  '=',
  '&',
  'a=b&',
  '%',
  '%25',
  '%c3',
  '{',
  '[',
  '{}',
  '{ ',
  '{a ',
  '<',
  '<title',
  '-',
  '\n',
  '\r\n',
  '\r\r',
  'a\n\n',
  '\r\n--',
  '\r\n--X',
  '\r\n--X\r\n',
  '\r\n\r\n',
  'a',
  '0',
  'a0',
  'aB ',
  'ab@',
  '://a:',
  'bearer ',
  'sk-kw1',
  'a-kw1',
  'data:',
  ';base64',
  'data: x\n',
  'name="model";',
  'content-disposition:form-data; ',
  'content-disposition:form-data; name="a"\r\n',
  '"usage":',
  '"usage":{',
  '"usage":{}',
  '"usage":{},\n\n',
  '"model":',
  '"a":1,',
  '"a":{',
  '\u0301\u0327',
  '\u017f',
  '\ufdfa',
];

type Read = (hostile: string) => unknown;

const inPieces = (text: string, bytes: number): Readable => {
  const all = Buffer.from(text);
  const pieces = [];
  for (let at = 0; at < all.length; at += bytes) pieces.push(all.subarray(at, at + bytes));
  return Readable.from(pieces);
};

function modelBody(text: string): void {
  const body = Buffer.from(text);
  const parsed = parseJson(body, { refuseNul: false }) as RequestBody;
  refuseRepeatedNames(text, parsed);
  checkMembers(parsed);
  rewriteBody({ body, parsed, upstreamModel: 'b', includeUsage: true });
}

const form = async (text: string, type = 'multipart/form-data; boundary=X'): Promise<void> =>
  checkForm(await readForm(Buffer.from(text), type));

const drained = async (items: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of items);
};

function metered(meter: Meter, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 4_096) meter.push(bytes.subarray(at, at + 4_096));
  meter.end();
}

const NO_FACTS = { nowMs: 0, workspace: { id: 1, name: 'a' }, user: null, custom: new Map() };
const NO_LIBRARY = { intake: { read: async () => ({ refusal: '' }) } } as never;

/** What reads bytes of callers, of their files, or of what models answer to them. */
const READERS: Record<string, Read> = {
  'a JSON body': (x) => parseJson(Buffer.from(x), { refuseNul: true }),
  'a body for a model': (x) => modelBody(`{"model":"a",${x}`),
  'a list in a body for a model': (x) => modelBody(`{"model":"a","x":[${x}0]}`),
  'a text in a body for a model': (x) => modelBody(JSON.stringify({ model: 'a', x })),
  'many texts in a body for a model': (x) => modelBody(JSON.stringify({ model: 'a', x: Array.from(x) })),
  'a name in a body for a model': (x) => modelBody(JSON.stringify({ model: 'a', [x]: 1 })),
  'many names in a body for a model': (x) => modelBody(`{"model":"a"${row(',"ab":1', x.length)}}`),
  'objects in objects': (x) =>
    modelBody(`{"model":"a","x":${row('{"a":', x.length)}1${'}'.repeat(x.length / 5)}}`),
  'what stands before a form': (x) => form(`${x}\r\n--X\r\n\r\n--X--`),
  'the head of a part': (x) => form(`--X\r\n${x}\r\n\r\na\r\n--X--`),
  'the disposition of a part': (x) => form(`--X\r\nContent-Disposition: form-data; ${x}\r\n\r\na\r\n--X--`),
  'the name of a field': (x) => form(`--X\r\nContent-Disposition: form-data; name="${x}"\r\n\r\na\r\n--X--`),
  'the name of a file': (x) =>
    form(`--X\r\nContent-Disposition: form-data; name="f"; filename="${x}"\r\n\r\na\r\n--X--`),
  'a field of a form': (x) => form(`--X\r\nContent-Disposition: form-data; name="f"\r\n\r\n${x}\r\n--X--`),
  'a file in a form': (x) =>
    form(`--X\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n${x}\r\n--X--`),
  'a form that goes on': (x) => form(`--X\r\nContent-Disposition: form-data; name="f"\r\n\r\na${x}`),
  'the type of a form': (x) => form('--X--', `multipart/form-data; ${x}; boundary=X`),
  'fields in a body': (x) => parseLenient(Buffer.from(x), 'application/x-www-form-urlencoded'),
  lines: (x) => drained(linesOf(inPieces(x, 1_000), 64 * 1024)),
  'a URL': (x) => plainUrl(`/api/v1/${x}`),
  'a chat': (x) =>
    readOpenaiOptions(
      readQuestion({
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: `data:${x}` }] }],
      }),
    ),
  'an attachment': (x) =>
    readDocuments(NO_LIBRARY, {
      attachments: readAttachments([{ contentString: `data:${x}` }]),
      isDocument: () => true,
      signal: new AbortController().signal,
    }),
  'the prefix of a proxy': (x) =>
    forwardedPrefix({ socket: {}, headers: { 'x-forwarded-prefix': `/${x}x` } } as never, []),
  'an amount of money': (x) => parseAmount('usd', `1.${x}1`),
  'the votes of a swarm': (x) => normalised(`${x}x`),
  'the name of a folder': (x) => folderName(x),
  'the address of an upstream': (x) => checkBaseUrl(`https://example.com/${x}x`),
  words: (x) => wordsOf(x),
  'a prompt': (x) => expandPrompt(x, NO_FACTS),
  'what is logged': (x) => scrubText(x),
  'keys in a text': (x) => withoutKeys(x),
  'an answer of a model': (x) => metered(new Meter(), x),
  'a stream of a model': (x) => metered(new UsageStripper(), `data: ${x}`),
  'an answer that was kept': (x) => new Meter().push(Buffer.from(x)),
  'a stream that was kept': (x) => new UsageStripper().push(Buffer.from(`data: ${x}\n\n`)),
  'events of a model': async (x) => {
    const reader = new EventReader();
    for await (const piece of inPieces(x, 1_000)) reader.push(piece as Buffer);
  },
};

const SMALL_LENGTH = 4 * 1024;

describe('reading takes time with the length of what is read, not with its square', () => {
  test.for(Object.entries(READERS))(
    'the time to read %s grows with its length, not with its square',
    { timeout: 120_000 },
    async ([, read]) => {
      expect(await slowUnits(UNITS, SMALL_LENGTH, read)).toEqual([]);
    },
  );
});
