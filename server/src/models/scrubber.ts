import { scrubText } from '../base/scrub.ts';

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
const MASKED = /([\w-]{0,64})(?:\*{2,}|\.{3,}|…+|•{2,}|[xX]{5,})([\w-]{0,64})/g;

export interface Secrets {
  /** Credentials and the values of configured headers. */
  values: readonly string[];
  baseUrl: string;
}

/**
 * Takes out of a text what belongs to the operator: the credentials of one upstream, plain, encoded or in part, and
 * where it is. Everything of an upstream's failure that leaves this server has gone through here: error answers, error
 * events, what chats and embeddings tell, the test of an upstream. Guarded by scrubber.test.ts and
 * gateway/upstream-failures.test.ts. Linear in the length of the text.
 */
export class Scrubber {
  readonly #secrets: readonly string[];
  readonly #needles: readonly string[];
  readonly #parts = new Set<string>();
  /** First two characters of the parts. */
  readonly #starts = new Set<number>();
  readonly #hosts: readonly RegExp[];
  readonly #port: string;

  constructor({ values, baseUrl }: Secrets) {
    const { hostname, port, pathname } = new URL(baseUrl);
    const path = pathname.split('/').filter((segment) => segment.length > PART_CHARACTERS);
    this.#secrets = [...new Set([...values.flatMap(partsOfValue), ...path])].filter(
      (value) => value.length >= SECRET_MIN_CHARACTERS,
    );
    this.#needles = [...new Set(this.#secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
    this.#port = port;
    this.#hosts = hostPatterns(hostname.replace(/^\[|\]$/g, ''), port);
    for (const needle of this.#needles) this.#addParts(needle);
  }

  #addParts(needle: string): void {
    if (needle.length < PARTED_MIN_CHARACTERS) return;
    for (let at = 0; at + PART_CHARACTERS <= needle.length; at++) {
      this.#parts.add(needle.slice(at, at + PART_CHARACTERS));
      this.#starts.add(startAt(needle, at));
    }
  }

  /** For callers. */
  text(text: string): string {
    let safe = this.secrets(text);
    for (const pattern of this.#hosts) safe = safe.replaceAll(pattern, HOST);
    return safe.replaceAll(INTERNAL, HOST);
  }

  /** For who may read where upstreams are, but not their credentials. */
  secrets(text: string): string {
    // Escapes of JSON in a text that is none, or in a text inside of JSON.
    let safe = text
      .replaceAll(/\\u00([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      .replaceAll('\\/', '/');
    for (const needle of this.#needles) safe = safe.replaceAll(needle, SECRET);
    safe = this.#withoutParts(safe);
    safe = safe.replaceAll(MASKED, (whole, before: string, after: string) =>
      this.#isMasked(before, after) ? SECRET : whole,
    );
    return scrubText(safe);
  }

  /** @returns the same value of JSON with all its texts, and its numbers, made safe. */
  json(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') {
      const digits = String(value);
      const safe = digits.length < SECRET_MIN_CHARACTERS ? digits : this.text(digits);
      return safe === digits ? value : safe;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEPTH_MAX) return null;
    if (Array.isArray(value)) return value.map((item) => this.json(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        if (name.toLowerCase() === 'port' && this.#port !== '' && String(member) === this.#port)
          return [name, null];
        return [KEPT_NAMES.has(name) ? name : this.text(name), this.json(member, depth + 1)];
      }),
    );
  }

  /** Regions that consist of parts of a secret. */
  #withoutParts(text: string): string {
    if (this.#parts.size === 0) return text;
    let safe = '';
    let kept = 0;
    for (let at = 0; at + PART_CHARACTERS <= text.length; at++) {
      if (!this.#isPart(text, at)) continue;
      safe += text.slice(kept, at) + SECRET;
      while (this.#isPart(text, at + 1)) at++;
      at += PART_CHARACTERS - 1;
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

/** Names of OpenAI's errors, which clients read. */
const KEPT_NAMES = new Set(['error', 'message', 'type', 'param', 'code', 'detail', 'choices', 'object']);

const startAt = (text: string, at: number): number => text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1);

/** A header's value without its scheme, and what a Basic credential holds. */
function partsOfValue(value: string): string[] {
  const [, scheme, token] = /^([A-Za-z][\w-]{0,20}) +(\S.*)$/.exec(value) ?? [];
  if (scheme === undefined || token === undefined) return [value];
  if (scheme.toLowerCase() !== 'basic') return [token];
  const plain = Buffer.from(token, 'base64').toString();
  return [token, plain, plain.slice(plain.indexOf(':') + 1)];
}

/** The ways in which a server may repeat a secret. */
function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret);
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ];
  if (secret.length < 8) return forms;
  return [...forms, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64Forms(bytes)];
}

/** In Base64 a text looks like one of three, by how many bytes stand before it; its ends depend on its neighbours. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    const inner = text.slice(before === 0 ? 0 : before + 1, whole);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

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
