import { Type, type TObject } from 'typebox';
import { collected } from '../../base/collected.ts';
import { KeywardError } from '../../base/errors.ts';
import { brokenOff, failureOf, imageModel, providerFailure, type Failure } from '../../chat/index.ts';
import { ModelAccount, ModelForm, paidOnce } from '../../models/index.ts';
import type { Answer as ModelAnswer, Sent, Wanted } from '../../models/index.ts';
import type { Answer, Call } from '../../http/index.ts';
import type { ChatServices } from '../services.ts';
import { json } from '../answers.ts';
import { field, text } from '../fields.ts';

export const ImageRequest = Type.Object({
  prompt: text(),
  size: Type.Optional(text()),
  response_format: Type.Optional(
    field(Type.Enum(['b64_json', 'blob']), (value) => (value === 'blob' ? value : 'b64_json')),
  ),
});
type Request = Call<TObject, TObject, typeof ImageRequest, 'workspaces:chat'>;

const REFERENCES_MAX = 10;
const REFERENCE_MAX_BYTES = 25 * 1024 * 1024;

type ImageOptions = ReturnType<typeof readOptions>;

/** Asks an upstream for images: new ones, or changes of the given references. */
export async function makeImages(services: ChatServices, call: Request): Promise<Answer> {
  const options = readOptions(call);
  if (options.prompt === '') return json({ error: 'A prompt is required.' }, 400);
  if (options.references.length > REFERENCES_MAX)
    return json({ error: `At most ${REFERENCES_MAX} image_references are taken.` }, 400);
  if (options.references.some(({ value }) => value.length > REFERENCE_MAX_BYTES))
    return json({ error: `An image reference may have at most ${REFERENCE_MAX_BYTES} bytes.` }, 400);
  const model = await imageModel(services, call.caller.selectors.models);
  if (model === undefined)
    return json({ error: 'No model that makes images is set up: add an upstream that has one.' }, 500);
  const sent = { ...requestOf(options, model), model, headers: {}, signal: call.signal };
  const made = await paidOnce(services.models, new ModelAccount(services, call), sent)
    .then(madeOf)
    .catch((error: unknown) => ({ failure: failureOf(error) }));
  if ('failure' in made) return json({ error: made.failure.message }, 500);
  const { images } = made;
  const [first] = images;
  if (first === undefined) return json({ error: 'The model made no image.' }, 500);
  if (!options.isBlob) return json({ data: images.map((b64_json) => ({ b64_json })) });
  return { status: 200, body: Buffer.from(first, 'base64'), headers: { 'content-type': 'image/png' } };
}

function readOptions({ body, form = [] }: Request) {
  const { prompt = '', size, response_format: format } = body;
  const references = form.filter(({ name, file }) => name === 'image_references' && file !== undefined);
  return { prompt: prompt.trim(), size, isBlob: format === 'blob', references };
}

type Made = { images: string[] } | { failure: Failure };

/** Of the whole answer, which has the images in Base64. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

async function madeOf({ body, status }: ModelAnswer): Promise<Made> {
  try {
    const text = (await collected(body, ANSWER_MAX_BYTES, tooLong)).toString('utf8');
    return status >= 400 ? { failure: providerFailure(status, text) } : imagesOf(text);
  } catch (error) {
    return { failure: brokenOff(error) };
  }
}

const tooLong = (): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    `The images are longer than ${ANSWER_MAX_BYTES} bytes together: ask for a smaller size.`,
  );

/** Only images in the answer itself: a URL could point to any address. */
function imagesOf(json: string): Made {
  const { data } = (JSON.parse(json) ?? {}) as { data?: unknown };
  const items = Array.isArray(data) ? (data as unknown[]) : [];
  const images = items.flatMap((item) => {
    const { b64_json } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
    return typeof b64_json === 'string' ? [b64_json] : [];
  });
  return { images };
}

function requestOf(
  { prompt, size, references }: ImageOptions,
  model: string,
): Pick<Wanted & Sent, 'path' | 'parsed' | 'body' | 'contentType'> {
  const fields = { prompt, n: 1, ...(size === undefined ? {} : { size }) };
  if (references.length === 0) {
    // Newer models always answer in Base64 and refuse the member.
    const isNewer = model.includes('gpt-image');
    const parsed = { model, ...fields, ...(isNewer ? {} : { response_format: 'b64_json' }) };
    const body = Buffer.from(JSON.stringify(parsed));
    return { path: '/images/generations', body, contentType: 'application/json', parsed };
  }
  const texts = Object.entries(fields).map(([name, value]) => ({ name, value: String(value) }));
  const body = new ModelForm([...texts, ...references.map((part) => ({ ...part, name: 'image[]' }))]);
  return { path: '/images/edits', body, contentType: body.contentType };
}
