import { Readable } from 'node:stream';
import { MIMEType } from 'node:util';
import { Busboy, type BusboyConfig, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { onFile } from './file-name.ts';
import type { FormPart } from '../../models/index.ts';
import { tooMany } from '../../base/forms/json-body.ts';

/** Of a field's value; a file has no limit of its own. */
const FIELD_MAX_BYTES = 1024 * 1024;
const PARTS_MAX = 1_000;
const HEAD_MAX_BYTES = 16 * 1024;
const HEADERS_MAX = 32;
const NAME_MAX_CHARACTERS = 256;
const READING_MAX_MS = 10_000;

export const FORM_TYPE = /^multipart\/form-data\b/i;
/** Parsing a content type takes time quadratic in its spaces. */
const TYPE_MAX_CHARACTERS = 500;
/** RFC 2046 5.1.1. */
const BOUNDARY = /^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/;

/** @returns undefined for another content type, or one without a boundary. */
function boundaryOf(contentType: string): string | undefined {
  if (!FORM_TYPE.test(contentType) || contentType.length > TYPE_MAX_CHARACTERS) return undefined;
  try {
    const boundary = new MIMEType(contentType).params.get('boundary') ?? '';
    return BOUNDARY.test(boundary) ? boundary : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The one reader of forms: `write` to it. It takes linear time (reading-times.test.ts).
 * @returns undefined for another content type, or one without a boundary.
 */
export function openForm(
  contentType: string,
  limits: NonNullable<BusboyConfig['limits']>,
): BusboyInstance | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  return Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    limits: { fieldSize: FIELD_MAX_BYTES, headerPairs: HEADERS_MAX, headerSize: HEAD_MAX_BYTES, ...limits },
  });
}

/**
 * All parts, in their order.
 * @throws KeywardError `bad_request` where a part cannot be read, `too_large`, `invalid_input` naming the field.
 */
export async function readForm(bytes: Buffer, contentType: string): Promise<FormPart[]> {
  const form = openForm(contentType, { parts: PARTS_MAX + 1 });
  const boundary = boundaryOf(contentType);
  if (form === undefined || boundary === undefined)
    throw unreadable(
      'Its Content-Type must have at most 500 characters and a boundary of 1 to 70 characters.',
    );
  const announced = countParts(bytes, boundary);
  const parts = await partsOf(form, bytes);
  // The reader drops what is no field and no file; the upstream would not get it.
  if (parts.length !== announced) throw unreadable('Each part must be a field or a file.');
  return parts;
}

/** Counted before any object is made. */
function countParts(bytes: Buffer, boundary: string): number {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // At the very start no line ends before it.
  const isFirst = bytes.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2));
  let at = isFirst ? -2 : bytes.indexOf(delimiter);
  if (at === -1) throw unreadable('The body does not contain the boundary that Content-Type names.');
  for (let parts = 0; ; parts++) {
    const head = at + delimiter.length;
    at = bytes.indexOf(delimiter, head);
    if (at === -1) return parts;
    if (parts === PARTS_MAX) throw tooMany(`more than ${PARTS_MAX} parts`);
    checkHead(bytes.subarray(head, Math.min(at, head + HEAD_MAX_BYTES)));
  }
}

/** The reader drops a part without such a head, and then waits for ever for a consumer. */
function checkHead(part: Buffer): void {
  const end = part.indexOf('\r\n\r\n');
  if (end === -1)
    throw unreadable(
      `The head of a part must have at most ${HEAD_MAX_BYTES / 1024} KiB and end with an empty line.`,
    );
  const [, ...lines] = part.toString('latin1', 0, end).split('\r\n');
  const disposition = lines.find((line) => /^content-disposition:/i.test(line)) ?? '';
  if (
    lines.length > HEADERS_MAX ||
    !lines.every((line) => HEAD_LINE.test(line)) ||
    !IS_FIELD.test(disposition)
  )
    throw unreadable('The head of each part must be that of a field or a file.');
}

const HEAD_LINE = /^(?:[ \t]|[^:\s]+:)[^\r\n]*$/;
const IS_FIELD = /^content-disposition:[ \t]*form-data[ \t]*(?:;|$)/i;

function partsOf(form: BusboyInstance, bytes: Buffer): Promise<FormPart[]> {
  const parts: FormPart[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(unreadable('Reading it took too long.')), READING_MAX_MS);
  const add = (name: unknown, make: (name: string) => FormPart): FormPart | undefined => {
    try {
      const part = make(checkedName(name));
      parts.push(part);
      return part;
    } catch (error) {
      reject(error);
      return undefined;
    }
  };
  form.on('field', (field, value, _isNameCut, isCut) => {
    if (isCut) return reject(invalidField(field, `must have at most ${FIELD_MAX_BYTES} bytes`));
    add(field, (name) => ({ name, value }));
  });
  onFile(form, (field, stream, { name: fileName, type }) => {
    const part = add(field, (name) => ({ name, value: '', file: { type, name: fileName } }));
    stream.on('error', reject);
    gather(stream, (value) => {
      if (part !== undefined) part.value = value;
    });
  });
  form.on('error', () => reject(unreadable('Its closing boundary is missing.')));
  form.on('finish', () => resolve());
  slicesOf(bytes).pipe(form);
  return promise.then(() => parts).finally(() => clearTimeout(timer));
}

/** The reader waits for ever where a part that it drops comes in one chunk larger than its buffer. */
const SLICE_BYTES = 16 * 1024;

function slicesOf(bytes: Buffer): Readable {
  const count = Math.ceil(bytes.length / SLICE_BYTES);
  const at = (index: number): Buffer => bytes.subarray(index * SLICE_BYTES, (index + 1) * SLICE_BYTES);
  return Readable.from(Array.from({ length: count }, (_, index) => at(index)));
}

function gather(stream: BusboyFileStream, done: (bytes: Buffer) => void): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(Buffer.concat(chunks)));
}

// eslint-disable-next-line no-control-regex
const UNFIT = /["\\\u0000-\u001f\u007f]/;

function checkedName(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw unreadable('Each part must have a name.');
  if (name.length > NAME_MAX_CHARACTERS || UNFIT.test(name))
    throw unreadable(
      `The name of a field must have at most ${NAME_MAX_CHARACTERS} characters and no quotes.`,
    );
  return name;
}

const unreadable = (why: string): KeywardError =>
  new KeywardError('bad_request', `The form cannot be read. ${why}`, {
    errors: [{ field: 'body', message: why }],
    hint: 'Send multipart/form-data with parts such as: Content-Disposition: form-data; name="prompt".',
  });
