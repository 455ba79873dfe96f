import { folded } from './request-members.ts';

/** What a body holds beside its text. */
export interface Content {
  /** Bytes of the body that are pictures or sound, as base64. */
  embeddedBytes: number;
  images: number;
  audioBytes: number;
  /** Numbers in arrays: prompts may be given as tokens. */
  numbers: number;
}

/** A text of a picture or a sound is longer than this. */
const EMBEDDED_MIN_CHARACTERS = 1_024;
const DATA_URL = /^data:(image|audio|video)\/[\w.+-]{1,60};base64,/;
const DATA_URL_HEAD_CHARACTERS = 100;
const DEPTH_MAX = 64;

/** Looks through a request as received. Files of other kinds count as text: their bytes are the best that is known of them. */
export function contentOf(parsed: unknown): Content {
  const content: Content = { embeddedBytes: 0, images: 0, audioBytes: 0, numbers: 0 };
  look(parsed, content, { depth: 0, within: undefined, meant: new Map() });
  return content;
}

interface Place {
  depth: number;
  /** The kind of part that a value belongs to; it is counted already. */
  within: 'image' | 'audio' | undefined;
  /** What the odd names of this request are without their oddities. */
  meant: Map<string, string>;
}

function look(value: unknown, content: Content, place: Place): void {
  if (typeof value === 'string') return lookAtText(value, content, place);
  if (typeof value !== 'object' || value === null || place.depth > DEPTH_MAX) return;
  const depth = place.depth + 1;
  const { meant } = place;
  if (Array.isArray(value)) {
    for (const item of value)
      if (typeof item === 'number') content.numbers++;
      else look(item, content, { depth, within: place.within, meant });
    return;
  }
  const within = place.within ?? kindOf(value as Record<string, unknown>, meant);
  if (within === 'image' && place.within === undefined) content.images++;
  for (const [name, item] of Object.entries(value)) {
    if (within !== undefined && name === 'data' && typeof item === 'string')
      addEmbedded(item, content, within);
    else look(item, content, { depth, within, meant });
  }
}

/**
 * Parts of the Chat, Responses and Messages APIs: by address, by the id of a file, or with the picture in them. Also under names
 * that an upstream could read as these: a part that is taken for one too many is held and given back.
 */
function kindOf(part: Record<string, unknown>, known: Place['meant']): Place['within'] {
  let kind: Place['within'];
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
const KIND_BY_TYPE = new Map<unknown, Place['within']>([
  ['image_url', 'image'],
  ['input_image', 'image'],
  ['image', 'image'],
  ['input_audio', 'audio'],
]);
const KIND_BY_NAME = new Map<string, Place['within']>([
  ['imageurl', 'image'],
  ['inputaudio', 'audio'],
]);

function lookAtText(text: string, content: Content, { within }: Place): void {
  if (text.length < EMBEDDED_MIN_CHARACTERS) return;
  const kind = DATA_URL.exec(text.slice(0, DATA_URL_HEAD_CHARACTERS))?.[1];
  if (kind === undefined) return;
  if (kind === 'image' && within !== 'image') content.images++;
  addEmbedded(text, content, kind === 'image' ? 'image' : 'audio');
}

function addEmbedded(base64: string, content: Content, kind: 'image' | 'audio'): void {
  if (base64.length < EMBEDDED_MIN_CHARACTERS) return;
  content.embeddedBytes += base64.length;
  if (kind === 'audio') content.audioBytes += base64.length * 0.75;
}
