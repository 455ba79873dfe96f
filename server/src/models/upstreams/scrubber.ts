import { isObject } from '../../base/is-object.ts';
import { scrubText } from '../../base/scrub.ts';
import { formsOf, partsOfValue } from './secret-forms.ts';
import { MASK, unescaped, type SentText } from '../request/sent-text.ts';

const SECRET = '[secret]';
const HOST = '[upstream]';
/** Shorter values may be words. */
const SECRET_MIN_CHARACTERS = 4;
/** The length of a part of a secret, and of the secrets that are searched for parts. */
const PART_CHARACTERS = 10;
const PARTED_MIN_CHARACTERS = 16;
/** Of a secret that is shown before or after the stars of `sk-ab***yz`. */
const MASKED_MIN_CHARACTERS = 3;
const DEPTH_MAX = 64;

/** Hosts that are words of every error: removed only in the place of a host. */
const WORDS = new Set(
  'api chat error gateway host llm localhost model models proxy server upstream'.split(' '),
);

/** Private addresses and names, of any server. */
const INTERNAL =
  /(?<![\w.])(?:10\.\d{1,3}|127\.\d{1,3}|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.\d{1,3}\.\d{1,3}(?::\d{1,5})?(?!\w)|(?<![\w.-])[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,8}\.(?:internal|local|localdomain|svc|lan|corp|intranet|home\.arpa)(?::\d{1,5})?(?![\w-])|\[?(?<![\w:])(?:f[cd][0-9a-f]{2}|fe80):[0-9a-f:]{2,40}(?:\]:\d{1,5}|\])?|\[::1\](?::\d{1,5})?/gi;

/** `sk-ab***yz`, `sk-ab...yz`: a masked key. */
const MASKED = new RegExp(`([\\w-]{0,64})(?:${MASK.source})([\\w-]{0,64})`, 'gi');

export interface Secrets {
  /** Credentials and the values of configured headers. */
  values: readonly string[];
  baseUrl: string;
}

export interface Scrub {
  text(text: string): string;
  /** For a text that may not be a failure. */
  own(text: string): string;
  json(value: unknown): unknown;
}

/**
 * Removes the operator's secrets from a text: the credentials of one upstream, plain, encoded or in part, and its address. Every
 * failure of an upstream passes through here: error answers, error events, errors in chats and embeddings, the test of an upstream.
 * Takes linear time. Guarded by scrubber.test.ts and openai/upstream-failures.test.ts.
 */
export class Scrubber {
  readonly #secrets: readonly string[];
  readonly #needles: readonly RegExp[];
  readonly #parts = new Set<string>();
  /** First two characters of the parts. */
  readonly #starts = new Set<number>();
  readonly #hosts: readonly RegExp[];
  readonly #port: string;

  constructor({ values, baseUrl }: Secrets) {
    const { hostname, port, pathname } = new URL(baseUrl);
    const path = pathname.split('/').filter((segment) => segment.length > PART_CHARACTERS);
    const secrets = [...new Set([...values.flatMap(partsOfValue), ...path])].filter(
      (value) => value.length >= SECRET_MIN_CHARACTERS,
    );
    const needles = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
    this.#secrets = secrets.map(small);
    this.#needles = needles.map((needle) => new RegExp(escaped(needle), 'gi'));
    this.#port = port;
    this.#hosts = hostPatterns(hostname.replace(/^\[|\]$/g, ''), port);
    for (const needle of needles) this.#addParts(small(needle));
  }

  #addParts(needle: string): void {
    if (needle.length < PARTED_MIN_CHARACTERS) return;
    for (let at = 0; at + PART_CHARACTERS <= needle.length; at++) {
      this.#parts.add(needle.slice(at, at + PART_CHARACTERS));
      this.#starts.add(startAt(needle, at));
    }
  }

  /** For the caller of a request, whose own texts stay. If the request is too long to be searched, the upstream's text is replaced. */
  forCaller(sent: SentText): Scrub {
    return {
      text: (text) => (sent.isTooLong ? WITHHELD : this.text(text, sent)),
      own: (text) => (sent.isTooLong ? text : this.own(text, sent)),
      json: (value) => (sent.isTooLong ? withheld(value) : this.json(value, sent)),
    };
  }

  text(text: string, sent?: SentText): string {
    return this.own(text, sent).replaceAll(INTERNAL, HOST);
  }

  /** `text` without private addresses of other servers, for a text that may not be a failure. */
  own(text: string, sent?: SentText): string {
    let safe = this.secrets(text, sent);
    for (const pattern of this.#hosts)
      safe = safe.replaceAll(pattern, (host) => (sent?.holds(host) === true ? host : HOST));
    return safe;
  }

  /** For administrators, who may read the addresses of upstreams, but not their credentials. */
  secrets(text: string, sent?: SentText): string {
    const hide = (found: string): string => (sent?.holds(found) === true ? found : SECRET);
    let safe = unescaped(text);
    for (const needle of this.#needles) safe = safe.replaceAll(needle, hide);
    safe = this.#withoutParts(safe, hide);
    safe = safe.replaceAll(MASKED, (whole: string, before: string, after: string) =>
      this.#isMasked(small(before), small(after)) ? hide(whole) : whole,
    );
    return scrubText(safe);
  }

  /** @returns the JSON value with all its texts and numbers scrubbed. */
  json(value: unknown, sent?: SentText, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value, sent);
    if (typeof value === 'number') {
      const digits = String(value);
      const safe = digits.length < SECRET_MIN_CHARACTERS ? digits : this.text(digits, sent);
      return safe === digits ? value : safe;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEPTH_MAX) return null;
    if (Array.isArray(value)) return value.map((item) => this.json(item, sent, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        const isPort = name.toLowerCase() === 'port' && this.#port !== '' && String(member) === this.#port;
        if (isPort && sent?.holds(this.#port) !== true) return [name, null];
        return [KEPT_NAMES.has(name) ? name : this.text(name, sent), this.json(member, sent, depth + 1)];
      }),
    );
  }

  /** Regions that consist of parts of a secret. */
  #withoutParts(text: string, hide: (found: string) => string): string {
    if (this.#parts.size === 0) return text;
    const letters = small(text);
    let safe = '';
    let kept = 0;
    for (let at = 0; at + PART_CHARACTERS <= text.length; at++) {
      if (!this.#isPart(letters, at)) continue;
      const start = at;
      while (this.#isPart(letters, at + 1)) at++;
      at += PART_CHARACTERS - 1;
      safe += text.slice(kept, start) + hide(text.slice(start, at + 1));
      kept = at + 1;
    }
    return safe + text.slice(kept);
  }

  #isPart(text: string, at: number): boolean {
    return this.#starts.has(startAt(text, at)) && this.#parts.has(text.slice(at, at + PART_CHARACTERS));
  }

  #isMasked(before: string, after: string): boolean {
    return this.#secrets.some((secret) => {
      for (let n = MASKED_MIN_CHARACTERS; n <= before.length; n++)
        if (secret.startsWith(before.slice(-n))) return true;
      for (let n = MASKED_MIN_CHARACTERS; n <= after.length; n++)
        if (secret.endsWith(after.slice(0, n))) return true;
      return false;
    });
  }
}

const WITHHELD =
  'The upstream refused the request. The request is so long that Keyward does not pass on the text of the error.';

/** In the shape of OpenAI's errors, with the upstream's own codes. */
function withheld(value: unknown): object {
  const { error } = (value ?? {}) as { error?: unknown };
  const { type, code } = isObject(error) ? error : {};
  const word = (said: unknown): string =>
    typeof said === 'string' && /^[a-z]{2,20}(_[a-z]{1,20}){0,6}$/.test(said) ? said : 'upstream_error';
  return { error: { message: WITHHELD, type: word(type), param: null, code: word(code) } };
}

/** In lower case and of the same length: positions in it are positions in the text. */
const small = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Names of OpenAI's errors, which clients read. */
const KEPT_NAMES = new Set(['error', 'message', 'type', 'param', 'code', 'detail', 'choices', 'object']);

const startAt = (text: string, at: number): number => text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1);

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function hostPatterns(hostname: string, port: string): RegExp[] {
  const host = escaped(hostname);
  const withPort = String.raw`(?::\d{1,5})?`;
  const isWord = WORDS.has(hostname);
  const patterns = isWord
    ? [
        String.raw`(?<=//|@|host["']?[:=] ?["']?)${host}${withPort}(?![\w-])`,
        String.raw`(?<![\w-])${host}:\d{1,5}(?!\d)`,
      ]
    : [String.raw`\[?(?<![\w-])${host}\]?${withPort}(?![\w-])`];
  if (port !== '')
    patterns.push(String.raw`(?<=port["']?[ :=]{0,3})${port}(?!\d)`, String.raw`(?<=[\w.\]]):${port}(?!\d)`);
  return patterns.map((pattern) => new RegExp(pattern, 'gi'));
}
