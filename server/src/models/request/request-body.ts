import { isObject } from '../../base/is-object.ts';
import { endOfText } from '../../base/json-text.ts';
import type { Bound } from './output-bound.ts';
import type { RequestBody } from './request-members.ts';

/** A JSON object as received. */
export type JsonObject = Record<string, unknown>;

const QUOTE = 0x22;

interface Member {
  from: number;
  to: number;
}

export interface RewriteOptions {
  body: Buffer;
  parsed: RequestBody;
  /** The name the upstream knows the model by. */
  upstreamModel: string;
  /** Ask for the usage chunk at the end of the stream. */
  includeUsage: boolean;
  /** undefined: the request bounds the answer itself, or needs no bound. */
  bound?: Bound | undefined;
}

/**
 * The body for an upstream: the caller's bytes, with the model's name, `stream_options` and the bound replaced. A body with `model`
 * twice, or with an escaped key, could name one model to Keyward and another to the upstream, past the key's model selectors: it is
 * written again from the parsed value. Guarded by request-body.test.ts.
 */
export function rewriteBody({ body, parsed, upstreamModel, includeUsage, bound }: RewriteOptions): Buffer {
  const wanted: JsonObject = {};
  if (parsed['model'] !== upstreamModel) wanted['model'] = upstreamModel;
  if (includeUsage) wanted['stream_options'] = { ...asObject(parsed['stream_options']), include_usage: true };
  if (bound !== undefined) wanted[bound.member] = bound.tokens;
  if (Object.keys(wanted).length === 0 && saysModelOnce(body)) return body;
  const members = topLevelMembers(body);
  const model = members?.get('model');
  const isPlain =
    members !== undefined &&
    model !== undefined &&
    body.toString('utf8', model.from, model.to) === JSON.stringify(parsed['model']);
  if (!isPlain) return Buffer.from(JSON.stringify({ ...parsed, ...wanted }));
  return Object.keys(wanted).length === 0 ? body : replaceMembers(body, members, wanted);
}

const MODEL_KEY = '"model"';

/** The common case, found without reading each byte: the key is there once, and nothing is escaped. */
function saysModelOnce(body: Buffer): boolean {
  // Searching a text is several times as fast as searching a Buffer.
  const text = body.toString('latin1');
  return text.indexOf(MODEL_KEY, text.indexOf(MODEL_KEY) + 1) === -1 && !text.includes('\\u');
}

export function asksForUsage(parsed: RequestBody): boolean {
  return asObject(parsed['stream_options'])['include_usage'] === true;
}

const asObject = (value: unknown): JsonObject => (isObject(value) ? value : {});

function replaceMembers(body: Buffer, members: Map<string, Member>, wanted: JsonObject): Buffer {
  const edits = Object.entries(wanted)
    .map(([name, value]) => ({ name, text: JSON.stringify(value), member: members.get(name) }))
    .sort((a, b) => (a.member?.from ?? Infinity) - (b.member?.from ?? Infinity));
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { name, text, member } of edits) {
    // A new member goes before the last brace; `model` is always before it.
    const at = member ?? { from: body.lastIndexOf('}'), to: body.lastIndexOf('}') };
    pieces.push(body.subarray(from, at.from));
    pieces.push(Buffer.from(member === undefined ? `,${JSON.stringify(name)}:${text}` : text));
    from = at.to;
  }
  pieces.push(body.subarray(from));
  return Buffer.concat(pieces);
}

/**
 * The places of the values of an object's own members. The bytes must be valid JSON.
 * @returns undefined if a key is repeated or escaped.
 */
function topLevelMembers(body: Buffer): Map<string, Member> | undefined {
  const members = new Map<string, Member>();
  let depth = 0;
  let key: string | undefined;
  let from = -1;
  const close = (to: number): boolean => {
    if (key === undefined) return true;
    if (members.has(key)) return false;
    members.set(key, trimmed(body, { from, to }));
    key = undefined;
    return true;
  };
  const text = body.toString('latin1');
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfText(text, at + 1);
      if (depth !== 1 || key !== undefined) {
        at = end;
        continue;
      }
      key = body.toString('utf8', at + 1, end);
      if (key.includes('\\')) return undefined;
      at = text.indexOf(':', end);
      from = at + 1;
    } else if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) {
      if (--depth === 0 && !close(at)) return undefined;
    } else if (code === 0x2c && depth === 1 && !close(at)) return undefined;
  }
  return members;
}

function trimmed(body: Buffer, member: Member): Member {
  let { from, to } = member;
  while (from < to && SPACES.has(body[from])) from++;
  while (to > from && SPACES.has(body[to - 1])) to--;
  return { from, to };
}

const SPACES = new Set<number | undefined>([0x20, 0x0a, 0x0d, 0x09]);
