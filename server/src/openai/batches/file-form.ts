import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { onFile, openForm, watchArrival } from '../../http/index.ts';

const FIELDS = ['purpose', 'expires_after[anchor]', 'expires_after[seconds]'] as const;
type Field = (typeof FIELDS)[number];
/** The file, its fields, and some that other clients may add. */
const PARTS_MAX = 16;
const FIELD_MAX_BYTES = 1_000;
const FILENAME_MAX_LENGTH = 255;

export interface FileForm {
  filename: string;
  fields: Partial<Record<Field, string>>;
}

/**
 * Reads a form with one file, whose bytes go to `write` as they arrive. Its fields may stand before or behind the file.
 * @throws KeywardError `invalid_input`, `bad_request`, and what `write` throws; an Error where the client broke off
 */
export async function readFileForm(
  request: IncomingMessage,
  write: (chunk: Buffer) => Promise<void>,
): Promise<FileForm> {
  const limits = { files: 2, fields: PARTS_MAX, parts: PARTS_MAX, fieldSize: FIELD_MAX_BYTES };
  const form = openForm(request.headers['content-type'] ?? '', limits);
  if (form === undefined) throw notAForm();
  const fields: FileForm['fields'] = {};
  let filename: string | undefined;
  let writing: Promise<void> | undefined;
  // Under the permit of the request: events of the form come from the connection.
  const writeHere = AsyncResource.bind(write);
  const { promise: read, resolve, reject } = Promise.withResolvers<void>();
  onFile(form, (name, stream, { name: given }) => {
    stream.on('error', reject);
    const isFirst = name === 'file' && filename === undefined;
    if (!isFirst)
      reject(invalidField(fieldShown(name), 'must be no file', 'Send one file, in the part file.'));
    filename ??= given ?? '';
    const store = async (): Promise<void> => {
      for await (const chunk of stream as AsyncIterable<Buffer>) if (isFirst) await writeHere(chunk);
    };
    // The rest of a file that is refused is read and dropped: the form waits for a reader.
    const done = store().catch((error: unknown) => {
      reject(error);
      stream.resume();
    });
    if (isFirst) writing = done;
  });
  form.on('field', (name, value, _isNameCut, isCut) => {
    const field = FIELDS.find((one) => one === name);
    if (field === undefined) return;
    if (isCut) return reject(invalidField(field, `must have at most ${FIELD_MAX_BYTES} bytes`));
    if (fields[field] !== undefined) return reject(invalidField(field, 'must occur only once in the form'));
    fields[field] = value;
  });
  const tooMany = (): void => reject(invalidField('body', `must have at most ${PARTS_MAX} parts`));
  for (const event of ['partsLimit', 'fieldsLimit', 'filesLimit'] as const) form.on(event, tooMany);
  form.on('error', () => reject(cutOff()));
  form.on('finish', () => resolve());
  request.on('close', () => {
    if (!request.complete) reject(new Error('The client broke off.'));
  });
  const unwatch = watchArrival(request, () => reject(cutOff()));
  request.pipe(form);
  try {
    await read;
    await writing;
  } finally {
    unwatch();
    request.unpipe(form);
    request.resume();
  }
  if (filename === undefined) throw invalidField('file', 'is missing', 'Send it as a part with a file name.');
  return { filename: cleanName(filename), fields };
}

/** For people: it is no path anywhere. */
const cleanName = (name: string): string =>
  (
    name
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
      .split(/[\\/]/)
      .at(-1) ?? ''
  )
    .slice(0, FILENAME_MAX_LENGTH)
    .trim() || 'file.jsonl';

const fieldShown = (name: unknown): string => (name === 'file' ? 'file' : 'body');

const notAForm = (): KeywardError =>
  new KeywardError('unsupported_media_type', 'A file is sent as multipart/form-data.', {
    hint: 'Send the parts file and purpose: curl -F purpose=batch -F file=@requests.jsonl.',
  });

const cutOff = (): KeywardError =>
  new KeywardError(
    'bad_request',
    'The form cannot be read: it is cut off, or its closing boundary is missing.',
    {
      errors: [{ field: 'body', message: 'is cut off' }],
      hint: 'Send the file again.',
    },
  );
