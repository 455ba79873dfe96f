import { isObject } from '../../base/is-object.ts';
import { folded } from './request-members.ts';

/** What a body holds beside its text. */
export interface Content {
  /** Bytes of the body that are pictures or sound, as base64. */
  embeddedBytes: number;
  images: number;
  audioBytes: number;
  /** Numbers in arrays: prompts may be given as tokens. */
  numbers: number;
  /** Files, sounds and earlier items that are elsewhere: nobody here knows how long they are. */
  references: number;
}

/** A text of a picture or a sound is longer than this. */
const EMBEDDED_MIN_CHARACTERS = 1_024;
const DATA_URL = /^data:(image|audio|video)\/[\w.+-]{1,60};base64,/;
const DATA_URL_HEAD_CHARACTERS = 100;
const DEPTH_MAX = 64;

/** Members of a body in which pictures and sound stand; in others (tools, instructions) they are text that a model reads. */
const MEDIA_MEMBERS = new Set(['messages', 'input']);
/** Members of a body that are pictures themselves. */
const PICTURE_MEMBERS = new Set(['image', 'images', 'mask']);

/** A picture by its id or address is no longer than any other. */
const REFERENCES = new Set(['file_id', 'file_url', 'fileId', 'fileUrl']);
const ADDRESS = /^https?:\/\//i;

/** Looks through a request as received. Files of other kinds count as text: their bytes are the best that is known of them. */
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
  /** The kind of part that a value belongs to; it is counted already. */
  kind: PartKind;
  /** Whether what is in such a part is no text there. */
  isMedia: boolean;
  meant: Meant;
}

export type PartKind = 'image' | 'audio' | undefined;
/** What the odd names of a request are without their oddities. */
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
 * Whether a text is a picture or a sound: it stands in such a part, and not as its text. A model reads a text that only begins
 * like one, and whoever sends it pays for its length. Guarded by openai/reservation.test.ts and hanging-up.test.ts.
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
 * Parts of the Chat, Responses and Messages APIs: by address, by the id of a file, or with the picture in them. Also under names
 * that an upstream could read as these: a part that is taken for one too many is held and given back.
 */
export function partKind(part: Record<string, unknown>, known: Meant): PartKind {
  let kind: PartKind;
  let names = 0;
  for (const name in part) {
    if (COMMON_NAMES.has(name) || name.length > NAME_MAX_CHARACTERS) continue;
    if (++names > PART_NAMES_MAX) return 'image';
    const isUsual = IS_USUAL.test(name);
    // To fold a name of odd letters takes up to a tenth of a millisecond, and a body has room for a hundred thousand.
    if (!isUsual && known.size >= ODD_NAMES_MAX && !known.has(name)) return 'image';
    const meant = known.get(name) ?? folded(name);
    if (!isUsual) known.set(name, meant);
    const said = meant === 'type' ? KIND_BY_TYPE.get(part[name]) : KIND_BY_NAME.get(meant);
    if (said === 'image') return said;
    kind ??= said;
  }
  return kind;
}

/** No part of an API has as many; one that does counts as a picture, is held as one and given back. */
const PART_NAMES_MAX = 100;
const ODD_NAMES_MAX = 300;
const IS_USUAL = /^[\x20-\x7e]*$/;
const COMMON_NAMES = new Set(['role', 'content', 'text', 'name', 'url', 'detail']);
const NAME_MAX_CHARACTERS = 64;
const KIND_BY_TYPE = new Map<unknown, PartKind>([
  ['image_url', 'image'],
  ['input_image', 'image'],
  ['image', 'image'],
  ['input_audio', 'audio'],
  ['audio_url', 'audio'],
  ['video_url', 'audio'],
  ['input_video', 'audio'],
]);
const KIND_BY_NAME = new Map<string, PartKind>([
  ['imageurl', 'image'],
  ['inputaudio', 'audio'],
  ['audiourl', 'audio'],
  ['videourl', 'audio'],
]);

function addEmbedded(base64: string, content: Content, kind: PartKind): void {
  content.embeddedBytes += base64.length;
  if (kind === 'audio') content.audioBytes += base64.length * 0.75;
}
