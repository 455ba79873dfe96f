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
  look(parsed, content, { depth: 0, within: undefined });
  return content;
}

interface Place {
  depth: number;
  /** The kind of part that a value belongs to; it is counted already. */
  within: 'image' | 'audio' | undefined;
}

function look(value: unknown, content: Content, place: Place): void {
  if (typeof value === 'string') return lookAtText(value, content, place);
  if (typeof value !== 'object' || value === null || place.depth > DEPTH_MAX) return;
  const depth = place.depth + 1;
  if (Array.isArray(value)) {
    for (const item of value)
      if (typeof item === 'number') content.numbers++;
      else look(item, content, { depth, within: place.within });
    return;
  }
  const within = place.within ?? kindOf(value as Record<string, unknown>);
  if (within === 'image' && place.within === undefined) content.images++;
  for (const [name, item] of Object.entries(value)) {
    if (within !== undefined && name === 'data' && typeof item === 'string')
      addEmbedded(item, content, within);
    else look(item, content, { depth, within });
  }
}

/**
 * Parts of the Chat, Responses and Messages APIs: by address, by the id of a file, or with the picture in them. Also under names
 * that an upstream could read as these: a part that is taken for one too many is held and given back.
 */
function kindOf(part: Record<string, unknown>): Place['within'] {
  let kind: Place['within'];
  for (const [name, value] of Object.entries(part)) {
    if (COMMON_NAMES.has(name) || name.length > NAME_MAX_CHARACTERS) continue;
    const meant = folded(name);
    const said = meant === 'type' ? KIND_BY_TYPE.get(value) : KIND_BY_NAME.get(meant);
    if (said === 'image') return said;
    kind ??= said;
  }
  return kind;
}

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
