import { isObject } from '../../base/is-object.ts';
import { folded } from './request-members.ts';

/** The parts of a body that are not text. */
export interface Content {
  /** Bytes of pictures and sound in base64. */
  embeddedBytes: number;
  images: number;
  audioBytes: number;
  /** Numbers in arrays: a prompt may be given as tokens. */
  numbers: number;
  /** Files, sound and earlier items at the upstream: Keyward does not know their length. */
  references: number;
}

/** Pictures and sound are longer than this. */
const EMBEDDED_MIN_CHARACTERS = 1_024;
const DATA_URL = /^data:(image|audio|video)\/[\w.+-]{1,60};base64,/;
const DATA_URL_HEAD_CHARACTERS = 100;
const DEPTH_MAX = 64;

/** Members of a body that may contain pictures and sound; in others (tools, instructions) a model reads them as text. */
const MEDIA_MEMBERS = new Set(['messages', 'input']);
/** Members of a body that are pictures themselves. */
const PICTURE_MEMBERS = new Set(['image', 'images', 'mask']);

/** Of files; a picture by its id or address counts like any other picture. */
const REFERENCES = new Set(['file_id', 'file_url', 'fileId', 'fileUrl']);
const ADDRESS = /^https?:\/\//i;

/** Searches a request as received. Files of other kinds count as text. */
export function contentOf(parsed: unknown): Content {
  const content: Content = { embeddedBytes: 0, images: 0, audioBytes: 0, numbers: 0, references: 0 };
  const meant: Meant = new Map();
  if (!isObject(parsed)) {
    look(parsed, content, { depth: 0, kind: undefined, isMedia: false, meant });
    return content;
  }
  for (const [name, value] of Object.entries(parsed))
    if (isPictureMember(name)) lookAtPictures(value, content, meant);
    else look(value, content, { depth: 1, kind: undefined, isMedia: MEDIA_MEMBERS.has(name), meant });
  return content;
}

export const isPictureMember = (name: string): boolean => PICTURE_MEMBERS.has(name);

interface Place {
  depth: number;
  /** The kind of part that contains the value; that part is counted already. */
  kind: PartKind;
  /** Whether such a part is not text here. */
  isMedia: boolean;
  meant: Meant;
}

export type PartKind = 'image' | 'audio' | undefined;
/** The non-ASCII names of a request, folded. */
export type Meant = Map<string, string>;

function look(value: unknown, content: Content, place: Place): void {
  if (typeof value !== 'object' || value === null || place.depth > DEPTH_MAX) return;
  const depth = place.depth + 1;
  if (Array.isArray(value)) {
    for (const item of value)
      if (typeof item === 'number') content.numbers++;
      else look(item, content, { ...place, depth });
    return;
  }
  const kind = place.kind ?? partKind(value as Record<string, unknown>, place.meant);
  if (kind === 'image' && place.kind === undefined) content.images++;
  for (const [name, item] of Object.entries(value)) {
    if (kind !== 'image' && REFERENCES.has(name) && item !== null) content.references++;
    if (typeof item !== 'string') look(item, content, { ...place, depth, kind });
    else if (kind === 'audio' && ADDRESS.test(item)) content.references++;
    else if (place.isMedia && isEmbedded({ name, text: item, kind })) addEmbedded(item, content, kind);
  }
}

/**
 * Whether a text is a picture or sound: it is in such a part, and not its `text`. A model reads other texts that begin like one, so
 * they count by their length. Guarded by openai/reservation.test.ts and http/hanging-up.test.ts.
 */
export const isEmbedded = ({ name, text, kind }: { name: string; text: string; kind: PartKind }): boolean =>
  kind !== undefined &&
  name !== 'text' &&
  text.length >= EMBEDDED_MIN_CHARACTERS &&
  (name === 'data' || DATA_URL.test(text.slice(0, DATA_URL_HEAD_CHARACTERS)));

function lookAtPictures(value: unknown, content: Content, meant: Meant): void {
  const pictures: unknown[] = Array.isArray(value) ? value : [value];
  for (const picture of pictures) {
    if (typeof picture !== 'string') {
      look(picture, content, { depth: 1, kind: undefined, isMedia: true, meant });
      continue;
    }
    content.images++;
    if (picture.length >= EMBEDDED_MIN_CHARACTERS) content.embeddedBytes += picture.length;
  }
}

/**
 * The kind of a part in the Chat, Responses and Messages APIs, also under names that an upstream could read as theirs: too many
 * pictures are reserved, and settled exactly later.
 */
export function partKind(part: Record<string, unknown>, known: Meant): PartKind {
  let kind: PartKind;
  let names = 0;
  for (const name in part) {
    if (COMMON_NAMES.has(name) || name.length > NAME_MAX_CHARACTERS) continue;
    if (++names > PART_NAMES_MAX) return 'image';
    const isUsual = IS_USUAL.test(name);
    // Folding a non-ASCII name takes up to 0.1 ms, and a body has room for 100,000.
    if (!isUsual && known.size >= ODD_NAMES_MAX && !known.has(name)) return 'image';
    const meant = known.get(name) ?? folded(name);
    if (!isUsual) known.set(name, meant);
    const said = meant === 'type' ? KIND_BY_TYPE.get(part[name]) : KIND_BY_NAME.get(meant);
    if (said === 'image') return said;
    kind ??= said;
  }
  return kind;
}

/** A part with more names counts as a picture. */
const PART_NAMES_MAX = 100;
const ODD_NAMES_MAX = 300;
const IS_USUAL = /^[\x20-\x7e]*$/;
const COMMON_NAMES = new Set(['role', 'content', 'text', 'name', 'url', 'detail']);
const NAME_MAX_CHARACTERS = 64;
const kindsOf = (images: string, sounds: string): ReadonlyMap<unknown, PartKind> =>
  new Map([
    ...images.split(' ').map((name) => [name, 'image'] as const),
    ...sounds.split(' ').map((name) => [name, 'audio'] as const),
  ]);
const KIND_BY_TYPE = kindsOf('image_url input_image image', 'input_audio audio_url video_url input_video');
const KIND_BY_NAME = kindsOf('imageurl', 'inputaudio audiourl videourl');

function addEmbedded(base64: string, content: Content, kind: PartKind): void {
  content.embeddedBytes += base64.length;
  if (kind === 'audio') content.audioBytes += base64.length * 0.75;
}
