import { scrubText } from '../../base/scrub.ts';
import { formsOf, partsOfValue } from './secret-forms.ts';
import { MASK, unescaped, type SentText } from '../request/sent-text.ts';

const SECRET = '[secret]';
const HOST = '[upstream]';
/** Shorter values are words of the language rather than secrets. */
const SECRET_MIN_CHARACTERS = 4;
/** Parts of secrets: so many characters in a row, of a secret that is longer than that by half. */
const PART_CHARACTERS = 10;
const PARTED_MIN_CHARACTERS = 16;
/** What is left of a secret before or behind the stars of `sk-ab***yz`. */
const MASKED_MIN_CHARACTERS = 3;
const DEPTH_MAX = 64;

/** Hosts that are words of every error: they are taken out where they stand as hosts only. */
const WORDS = new Set(
  'api chat error gateway host llm localhost model models proxy server upstream'.split(' '),
);

/** Addresses and names that no stranger can reach, whichever server they belong to. */
const INTERNAL =
  /(?<![\w.])(?:10\.\d{1,3}|127\.\d{1,3}|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.\d{1,3}\.\d{1,3}(?::\d{1,5})?(?!\w)|(?<![\w.-])[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,8}\.(?:internal|local|localdomain|svc|lan|corp|intranet|home\.arpa)(?::\d{1,5})?(?![\w-])|\[?(?<![\w:])(?:f[cd][0-9a-f]{2}|fe80):[0-9a-f:]{2,40}(?:\]:\d{1,5}|\])?|\[::1\](?::\d{1,5})?/gi;

/** `sk-ab***yz`, `sk-ab...yz`: how servers show part of a key. */
const MASKED = new RegExp(`([\\w-]{0,64})(?:${MASK.source})([\\w-]{0,64})`, 'gi');

export interface Secrets {
  /** Credentials and the values of configured headers. */
  values: readonly string[];
  baseUrl: string;
}

/** What a text is made safe with. */
export interface Scrub {
  text(text: string): string;
  /** Of what may be no failure. */
  own(text: string): string;
  json(value: unknown): unknown;
}

/**
 * Takes out of a text what belongs to the operator: the credentials of one upstream, plain, encoded or in part, and
 * where it is. Everything of an upstream's failure that leaves this server has gone through here: error answers, error
 * events, what chats and embeddings tell, the test of an upstream. Guarded by scrubber.test.ts and
 * openai/upstream-failures.test.ts. Linear in the length of the text.
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

  /**
   * For whoever sent this, whose own words stay as they are. Of a request that is too long to be looked through, an error
   * is told without the upstream's words.
   */
  sparing(sent: SentText): Scrub {
    return {
      text: (text) => (sent.isTooLong ? UNTOLD : this.text(text, sent)),
      own: (text) => (sent.isTooLong ? text : this.own(text, sent)),
      json: (value) => (sent.isTooLong ? untold(value) : this.json(value, sent)),
    };
  }

  /** For callers. */
  text(text: string, sent?: SentText): string {
    return this.own(text, sent).replaceAll(INTERNAL, HOST);
  }

  /** The same without addresses that are nobody's in particular: of a text that may be no failure. */
  own(text: string, sent?: SentText): string {
    let safe = this.secrets(text, sent);
    for (const pattern of this.#hosts)
      safe = safe.replaceAll(pattern, (host) => (sent?.holds(host) === true ? host : HOST));
    return safe;
  }

  /** For who may read where upstreams are, but not their credentials. */
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

  /** @returns the same value of JSON with all its texts, and its numbers, made safe. */
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

const UNTOLD =
  'The upstream refused the request. The request is so long that Keyward does not pass on the text of the error.';

/** As clients read errors; codes are the upstream's own words. */
function untold(value: unknown): object {
  const { error } = (value ?? {}) as { error?: unknown };
  const { type, code } = (typeof error === 'object' && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  const word = (said: unknown): string =>
    typeof said === 'string' && /^[a-z]{2,20}(_[a-z]{1,20}){0,6}$/.test(said) ? said : 'upstream_error';
  return { error: { message: UNTOLD, type: word(type), param: null, code: word(code) } };
}

/** Of the same length: texts are cut where their small letters say. */
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
