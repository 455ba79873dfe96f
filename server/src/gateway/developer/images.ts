import type { TObject, TSchema } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import { brokenOff, failureOf, imageModel, providerFailure } from '../../chat/index.ts';
import type { Failure } from '../../chat/index.ts';
import { paidOnce } from '../../models/index.ts';
import type { Answer as ModelAnswer, Wanted } from '../../models/index.ts';
import { LENIENT_BODY_MAX_BYTES, tooMany } from '../body.ts';
import { ModelAccount } from '../model-account.ts';
import type { Answer, Call } from '../route.ts';
import type { Services } from '../services.ts';
import { json } from './answers.ts';
import { parseLenient } from './lenient-body.ts';

type Request = Call<TObject, TObject, TSchema, 'workspaces:chat'>;

const FORM = /^multipart\/form-data\b/i;
const REFERENCES_MAX = 10;
const REFERENCE_MAX_BYTES = 25 * 1024 * 1024;

interface ImageWish {
  prompt: string;
  size: string | undefined;
  isBlob: boolean;
  references: File[];
}

/** Passed on to an upstream that makes images: new ones, or changed ones where there are pictures to go by. */
export async function makeImages(services: Services, call: Request): Promise<Answer> {
  const wish = await readWish(call);
  if (wish.prompt === '') return json({ error: 'A prompt is required.' }, 400);
  if (wish.references.length > REFERENCES_MAX) {
    return json({ error: `At most ${REFERENCES_MAX} image_references are taken.` }, 400);
  }
  if (wish.references.some(({ size }) => size > REFERENCE_MAX_BYTES)) {
    return json({ error: `An image reference may have at most ${REFERENCE_MAX_BYTES} bytes.` }, 400);
  }
  const model = await imageModel(services, call.caller.selectors.models);
  if (model === undefined) {
    return json({ error: 'No model that makes images is set up: add an upstream that has one.' }, 500);
  }
  const made = await ask(services, call, { wish, model });
  if ('failure' in made) return json({ error: made.failure.message }, 500);
  const { images } = made;
  const [first] = images;
  if (first === undefined) return json({ error: 'The model made no image.' }, 500);
  if (!wish.isBlob) return json({ data: images.map((b64_json) => ({ b64_json })) });
  return { status: 200, body: Buffer.from(first, 'base64'), headers: { 'content-type': 'image/png' } };
}

async function readWish({ stream, headers }: Request): Promise<ImageWish> {
  const type = headers['content-type'] ?? '';
  const bytes = await bytesOf(stream);
  const form = FORM.test(type) ? await formOf(bytes, type) : undefined;
  const fields = form === undefined ? parseLenient(bytes, type) : Object.fromEntries(form);
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const files = form === undefined ? [] : [...form.getAll('image_references')];
  return {
    prompt: text('prompt').trim(),
    size: text('size') || undefined,
    isBlob: text('response_format') === 'blob',
    references: files.filter((file): file is File => file instanceof File),
  };
}

/** All of what is sent together is in memory: so much and no more. */
async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LENIENT_BODY_MAX_BYTES) throw new KeywardError('too_large', 'The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Each becomes an object before anybody could count them. */
const PARTS_MAX = 1_000;
/** What stands before every part but the first, whatever the boundary. */
const PART_START = '\r\n--';

async function formOf(bytes: Buffer, type: string): Promise<FormData> {
  let parts = 1;
  for (let at = bytes.indexOf(PART_START); at >= 0; at = bytes.indexOf(PART_START, at + 1))
    if (++parts > PARTS_MAX) throw tooMany(`more than ${PARTS_MAX} parts`);
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  } catch (cause) {
    throw new KeywardError('bad_request', 'The form cannot be read.', { cause });
  }
}

type Made = { images: string[] } | { failure: Failure };

async function ask(
  services: Services,
  call: Request,
  { wish, model }: { wish: ImageWish; model: string },
): Promise<Made> {
  const request = await requestOf(wish, model);
  const sent = { ...request, model, bytes: request.body.length, headers: {}, signal: call.signal };
  try {
    return await madeOf(await paidOnce(services.models, new ModelAccount(services, call), sent));
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

async function madeOf({ body, status }: ModelAnswer): Promise<Made> {
  try {
    const text = (await bytesOf(body)).toString('utf8');
    return status >= 400 ? { failure: providerFailure(status, text) } : imagesOf(text);
  } catch (error) {
    return { failure: brokenOff(error) };
  }
}

/** Only images that are in the answer itself: an address might lead anywhere. */
function imagesOf(json: string): Made {
  const { data } = (JSON.parse(json) ?? {}) as { data?: unknown };
  const items = Array.isArray(data) ? (data as unknown[]) : [];
  const images = items.flatMap((item) => {
    const { b64_json } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
    return typeof b64_json === 'string' ? [b64_json] : [];
  });
  return { images };
}

async function requestOf(
  { prompt, size, references }: ImageWish,
  model: string,
): Promise<Pick<Wanted, 'path' | 'parsed' | 'form'> & { body: Buffer; contentType: string }> {
  const fields = { model, prompt, n: 1, ...(size === undefined ? {} : { size }) };
  if (references.length === 0) {
    // Newer models give nothing else and know no such member.
    const isNewer = model.includes('gpt-image');
    const parsed = isNewer ? fields : { ...fields, response_format: 'b64_json' };
    const body = Buffer.from(JSON.stringify(parsed));
    return { path: '/images/generations', body, contentType: 'application/json', parsed };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  for (const file of references) form.append('image[]', file);
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const contentType = encoded.headers.get('content-type') ?? '';
  return { path: '/images/edits', body, contentType, form: fields };
}
